#include "plan/common/latency_page.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <limits>
#include <optional>
#include <string_view>

#include "base/parse.h"

namespace bowline {
namespace {

// slowlog.h and slowlog.c: SLOWLOG_ENTRY_MAX_ARGC, SLOWLOG_ENTRY_MAX_STRING.
constexpr std::size_t kMostWords = 32;
constexpr std::size_t kLongestWord = 128;
constexpr std::size_t kLongestName = 64;

std::string TimeText(std::int64_t seconds) {
  return std::format("{:%FT%TZ}", std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

bool IsName(std::string_view word) {
  return !word.empty() && word.size() <= kLongestName && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '|';
  });
}

/// Of "...abc... (17 more bytes)" the number; `what` is "bytes" or "arguments".
std::optional<std::uint64_t> More(std::string_view word, std::string_view what) {
  const std::string end = std::format(" more {})", what);
  if (!word.ends_with(end)) return std::nullopt;
  word.remove_suffix(end.size());
  constexpr std::string_view kBegin = "... (";
  const std::size_t begin = word.rfind(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto number = ParseUint64(word.substr(begin + kBegin.size()));
  return number && *number < std::numeric_limits<std::uint32_t>::max() ? std::optional(*number)
                                                                       : std::nullopt;
}

std::uint64_t LengthOf(std::string_view word) {
  const auto more = word.size() > kLongestWord ? More(word, "bytes") : std::nullopt;
  return more ? kLongestWord + *more : word.size();
}

void PrintSlow(const std::vector<SlowCommand>& commands, std::string& text) {
  text += "\n# Slow commands, the newest first: id, time, milliseconds, command\n";
  for (const SlowCommand& command : commands) {
    text += std::format("{} {} {:.3f} {}\n", command.id, TimeText(command.at),
                        static_cast<double>(command.microseconds) / 1000,
                        WithoutArguments(command.words));
  }
}

void PrintEvents(const std::vector<LatencyEvent>& events, std::string& text) {
  text += "\n# Latency events: time and milliseconds of each, the oldest first\n";
  for (const LatencyEvent& event : events) {
    text += std::format("{}, {} ms at most\n", event.latest.event, event.latest.longest);
    for (const auto& [at, milliseconds] : event.history) {
      text += std::format("  {} {}\n", TimeText(at), milliseconds);
    }
  }
}

}  // namespace

const std::vector<std::string>& LatencyDirectives() {
  static const std::vector<std::string> names{"latency-monitor-threshold",
                                              "slowlog-log-slower-than", "slowlog-max-len"};
  return names;
}

std::string WithoutArguments(const std::vector<std::string>& words) {
  if (words.empty()) return "no command";
  std::string text = IsName(words.front()) ? words.front() : "(hidden)";
  std::vector<std::string> lengths;
  std::size_t arguments = words.size() - 1;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto more =
        i + 1 == kMostWords ? More(words[i], "arguments") : std::optional<std::uint64_t>();
    if (more) {
      arguments += *more - 1;
      lengths.emplace_back("...");
    } else {
      lengths.push_back(std::to_string(LengthOf(words[i])));
    }
  }
  if (arguments == 0) return text;
  return text + std::format(", {} argument{} of {} bytes", arguments, arguments == 1 ? "" : "s",
                            Join(lengths));
}

std::string PrintLatency(const LatencyFacts& facts) {
  std::string text = "# Arguments of commands and addresses of clients are left out\n";
  for (const auto& [name, value] : facts.directives) text += name + " " + value + "\n";
  for (const std::string& failure : facts.failures) text += "no answer to " + failure + "\n";
  PrintSlow(facts.slow, text);
  PrintEvents(facts.events, text);
  text += "\n" + facts.statistics;
  if (!text.ends_with('\n')) text += "\n";
  std::erase(text, '\r');
  return text;
}

}  // namespace bowline
