#include "plan/common/units.h"

#include <format>
#include <string_view>

namespace bowline {

std::string BytesText(std::int64_t bytes) {
  if (bytes < 1024) return std::format("{}B", bytes);
  constexpr std::string_view kUnits = "KMGTPE";
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0
  for (; size >= 1023.95 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return std::format("{:.1f}{}", size, kUnits[unit]);
}

std::string SpanText(std::int64_t seconds) {
  if (seconds < 60) return std::format("{}s", seconds);
  if (seconds < 3600) return std::format("{}m{}s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return std::format("{}h{}m", seconds / 3600, seconds / 60 % 60);
  return std::format("{}d{}h", seconds / 86'400, seconds / 3600 % 24);
}

}  // namespace bowline
