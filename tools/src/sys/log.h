#pragma once
// The log: one event per line on stderr, JSON or text, constant message plus typed fields. Never
// secrets, never keys of users. stdout is for results.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace bowline {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kJson, kText };

/// One typed field of a log line.
struct LogField {
  std::string key;
  std::variant<std::string, std::int64_t, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  template <std::integral T>
  LogField(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// "debug", "info", "warning", "error".
Result<LogLevel> ParseLogLevel(std::string_view text);
/// "json" or "text".
Result<LogFormat> ParseLogFormat(std::string_view text);

/// Once, before threads start. `verb` and `pod` stand on every line.
void SetUpLog(LogLevel level, LogFormat format, std::string_view verb, std::string_view pod);

/// From now on. Thread-safe.
void ChangeLog(LogLevel level, LogFormat format);

/// Thread-safe.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
inline void LogInfo(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, message, fields);
}
inline void LogWarning(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarning, message, fields);
}
inline void LogError(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, message, fields);
}

}  // namespace bowline
