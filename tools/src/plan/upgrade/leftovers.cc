#include "plan/upgrade/leftovers.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <utility>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kListed = 4;
constexpr std::int64_t kMost = 1000;  // of shards and of members; the chart allows fewer

std::optional<std::int64_t> NumberAfter(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const auto number = ParseInt(text.substr(prefix.size()), 0, kMost);
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

/// The value by which the member of a claim is not declared any more; nothing: it is declared, or
/// what it holds decides nothing (a sentinel beside others). `member`: "shard-0-1", "server-0".
std::optional<std::string> UndeclaredBy(std::string_view member, const AskedState& asked) {
  const Shape& shape = asked.shape;
  const bool cluster = shape.mode == "cluster";
  constexpr std::string_view kShard = "shard-";
  const std::size_t dash = member.rfind('-');
  if (member.starts_with(kShard) && dash > kShard.size()) {
    if (!cluster) return "mode";
    const auto shard = NumberAfter(member.substr(0, dash), kShard);
    const auto ordinal = NumberAfter(member.substr(dash), "-");
    if (!shard || !ordinal) return std::nullopt;
    if (*shard >= shape.shards.value_or(kMost)) return "cluster.shards";
    if (*ordinal >= shape.servers.value_or(kMost)) return "cluster.replicasPerShard";
  } else if (const auto ordinal = NumberAfter(member, "server-")) {
    if (cluster) return "mode";
    const bool standalone = shape.mode == "standalone";
    if (*ordinal >= (standalone ? 1 : shape.servers.value_or(kMost))) {
      return std::string(standalone ? "mode" : "replicas");
    }
  } else {
    // A sentinel's. Which of them are declared decides nothing: they hear from each other.
    if (shape.mode == "sentinel" || !NumberAfter(member, "sentinel-")) return std::nullopt;
    return "mode";
  }
  if (asked.claims.contains("server")) return std::nullopt;
  return "persistence.enabled";
}

std::optional<std::string> UndeclaredBy(const InstalledClaim& claim, const AskedState& asked) {
  constexpr std::string_view kVolume = "data-";
  std::string_view pod = claim.name;
  if (!pod.starts_with(kVolume)) return std::nullopt;
  pod.remove_prefix(kVolume.size());
  const std::string ours = asked.shape.fullname.value_or("") + "-";
  if (!pod.starts_with(ours)) return "fullnameOverride";
  return UndeclaredBy(pod.substr(ours.size()), asked);
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kListed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kListed) text += std::format(" and {} more", names.size() - kListed);
  return text;
}

}  // namespace

std::vector<Refusal> CheckLeftovers(const InstalledState& installed, const AskedState& asked) {
  const Confirmation confirmation{.version = installed.version, .tokens = asked.confirm};
  std::vector<Refusal> refusals;
  if (installed.claims.empty()) return refusals;  // a record without volumes stops nobody
  std::map<std::string, std::vector<std::string>> undeclared;
  for (const InstalledClaim& claim : installed.claims) {
    const auto value = UndeclaredBy(claim, asked);
    if (value) undeclared[*value].push_back(claim.name);
  }
  for (const auto& [value, names] : undeclared) {
    refusals.push_back(MayConfirm(
        confirmation, value,
        std::format("volumes of an earlier installation of this release are there: {}",
                    Listed(names)),
        "no member of this one would use them, so that their data stays behind, and members start "
        "empty or with older data",
        std::format("set {} as it was; if nobody needs that data, delete these claims (kubectl "
                    "delete pvc)",
                    value)));
  }
  const auto& recorded = installed.recorded;
  if (recorded && asked.shape.engine && recorded->engine != *asked.shape.engine) {
    refusals.push_back(MayConfirm(
        confirmation, "engine",
        std::format("{} -> {}, by the record of the earlier installation", recorded->ToString(),
                    *asked.shape.engine),
        "neither engine reads all files of the other one, so that members may not start on the "
        "volumes that are there",
        std::format("set engine={} again; install a second release for the other engine",
                    recorded->engine)));
  }
  return refusals;
}

}  // namespace bowline
