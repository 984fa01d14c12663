// sys/log.h: lines of the story.

#include "sys/log.h"

#include "simulator/models/world.h"

namespace bowline {

Result<LogLevel> ParseLogLevel(std::string_view) { return LogLevel::kInfo; }
Result<LogFormat> ParseLogFormat(std::string_view) { return LogFormat::kText; }
void SetUpLog(LogLevel, LogFormat, std::string_view, std::string_view) {}
void ChangeLog(LogLevel, LogFormat) {}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string text(level == LogLevel::kInfo ? "" : "(!) ");
  text += message;
  for (const LogField& field : fields) {
    text += " " + field.key + "=";
    if (const auto* words = std::get_if<std::string>(&field.value)) {
      text += "\"" + *words + "\"";
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      text += std::to_string(*number);
    } else {
      text += std::get<bool>(field.value) ? "true" : "false";
    }
  }
  simulator::TheWorld().story.Tell(simulator::Self().pod.member.ToString(), std::move(text), true);
}

}  // namespace bowline
