#include "plan/common/kept_dataset.h"

#include <format>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::string_view kPrefix = "kept-";

}  // namespace

std::string KeptName(std::int64_t seconds) { return std::format("{}{}", kPrefix, seconds); }

std::optional<std::int64_t> KeptSince(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto since = ParseInt(name.substr(kPrefix.size()), 0, std::int64_t{1} << 40);
  return since ? std::optional(*since) : std::nullopt;
}

std::vector<std::string> ExpiredCopies(const std::vector<std::string>& names, std::int64_t now) {
  std::vector<std::string> expired;
  for (const std::string& name : names) {
    const auto since = KeptSince(name);
    if (!since) continue;
    if (now - *since >= kKeptSeconds || *since - now > kKeptSeconds) expired.push_back(name);
  }
  return expired;
}

std::optional<std::string> WhyNotKept(const KeepInput& input) {
  for (const std::string& name : input.names) {
    if (KeptSince(name)) return name + " is there already, and a volume has one copy at most";
  }
  if (input.serving && !input.by_links) {
    return "the file system has no hard links, and the demotion does not wait for a copy of all "
           "bytes";
  }
  const std::int64_t needed = input.bytes + input.bytes / 2 + (input.by_links ? 0 : input.bytes);
  if (input.free_bytes >= needed) return std::nullopt;
  return std::format("{} bytes are free on the volume, {} are needed for a dataset of {} bytes",
                     input.free_bytes, needed, input.bytes);
}

}  // namespace bowline
