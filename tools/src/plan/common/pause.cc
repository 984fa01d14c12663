#include "plan/common/pause.h"

#include <algorithm>
#include <format>

namespace bowline {

bool IsTime(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char c, char shape) {
           return shape == '0' ? c >= '0' && c <= '9' : c == shape;
         });
}

std::optional<PauseOrder> ReadPause(const std::map<std::string, std::string>& annotations) {
  const auto until = annotations.find(kPausedUntil);
  if (until == annotations.end() || !IsTime(until->second)) return std::nullopt;
  const auto since = annotations.find(kPausedSince);
  const bool known = since != annotations.end() && IsTime(since->second);
  return PauseOrder{.since = known ? since->second : "an unknown time", .until = until->second};
}

std::vector<std::string> DescribePause(const Reports& reports) {
  std::optional<PauseOrder> pause;
  std::size_t paused = 0;
  for (const auto& [member, report] : reports) {
    if (!report.pause) continue;
    ++paused;
    if (!pause || pause->until < report.pause->until) pause = report.pause;
  }
  if (!pause) return {};
  return {std::format(
      "paused since {}, until {} ({} of {} members know it): bowline repairs nothing by itself; to "
      "end it: bowline resume",
      pause->since, pause->until, paused, reports.size())};
}

}  // namespace bowline
