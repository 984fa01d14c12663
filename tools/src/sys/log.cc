#include "sys/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

#include "base/json.h"
#include "base/parse.h"
#include "sys/deadline.h"

namespace bowline {
namespace {

constexpr std::size_t kTextLimit = 4096;  // of one field: a line stays readable

std::shared_ptr<spdlog::logger> MakeLogger() {
  auto logger =
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::trace);
  return logger;
}

struct LogState {
  std::atomic<LogFormat> format = LogFormat::kText;
  std::string verb;
  std::string pod;
  std::shared_ptr<spdlog::logger> logger = MakeLogger();
};

LogState& State() {
  static LogState state;
  return state;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  std::unreachable();
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  std::unreachable();
}

std::string AsJson(const LogState& state, LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  JsonWriter json;
  json.BeginObject()
      .Field("ts", Rfc3339Now())
      .Field("level", LevelName(level))
      .Field("cmd", state.verb)
      .Field("pod", state.pod)
      .Field("msg", message);
  for (const LogField& field : fields) {
    json.Key(field.key);
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      json.String(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      json.Int(*number);
    } else {
      json.Bool(std::get<bool>(field.value));
    }
  }
  json.EndObject();
  return json.Take();
}

std::string AsText(const LogState& state, LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  std::string line =
      std::format("{} {:7} {}: {}", Rfc3339Now(), LevelName(level), state.verb, message);
  for (const LogField& field : fields) {
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      line += std::format(" {}={}", field.key, Quoted(*text, kTextLimit));
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::format(" {}={}", field.key, *number);
    } else {
      line += std::format(" {}={}", field.key, std::get<bool>(field.value));
    }
  }
  return line;
}

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (LevelName(level) == text) return level;
  }
  return Fail(Code::kInvalidArgument, "log level \"{}\": use debug, info, warning or error", text);
}

Result<LogFormat> ParseLogFormat(std::string_view text) {
  if (text == "json") return LogFormat::kJson;
  if (text == "text") return LogFormat::kText;
  return Fail(Code::kInvalidArgument, "log format \"{}\": use json or text", text);
}

void SetUpLog(LogLevel level, LogFormat format, std::string_view verb, std::string_view pod) {
  LogState& state = State();
  state.verb = verb;
  state.pod = pod;
  ChangeLog(level, format);
}

void ChangeLog(LogLevel level, LogFormat format) {
  LogState& state = State();
  state.format = format;
  state.logger->set_level(ToSpdlog(level));
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  const LogState& state = State();
  if (!state.logger->should_log(ToSpdlog(level))) return;
  const std::string line = state.format == LogFormat::kJson ? AsJson(state, level, message, fields)
                                                            : AsText(state, level, message, fields);
  state.logger->log(ToSpdlog(level), spdlog::string_view_t(line));
}

}  // namespace bowline
