#include "sys/cgroup.h"

#include <charconv>
#include <string>

#include "base/parse.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr std::size_t kFileLimit = 64U << 10U;
// v1 tells "no limit" by the largest multiple of a page that a long can be.
constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;

std::optional<std::int64_t> ToNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The first of these files that is there.
std::string ReadOneOf(const std::filesystem::path& one, const std::filesystem::path& other) {
  auto text = ReadFile(one, kFileLimit);
  if (!text) text = ReadFile(other, kFileLimit);
  return text.value_or(std::string());
}

}  // namespace

std::optional<std::int64_t> MemoryLimit(const std::filesystem::path& root) {
  const std::string text =
      ReadOneOf(root / "memory.max", root / "memory" / "memory.limit_in_bytes");
  const auto limit = ToNumber(Trim(text));
  if (!limit || *limit <= 0 || *limit >= kNoLimit) return std::nullopt;
  return limit;
}

std::int64_t OomKills(const std::filesystem::path& root) {
  const std::string text =
      ReadOneOf(root / "memory.events", root / "memory" / "memory.oom_control");
  constexpr std::string_view kName = "oom_kill ";
  for (const std::string_view line : SplitLines(text)) {
    if (line.starts_with(kName)) return ToNumber(Trim(line.substr(kName.size()))).value_or(0);
  }
  return 0;
}

}  // namespace bowline
