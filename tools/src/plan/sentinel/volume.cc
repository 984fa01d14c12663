#include "plan/sentinel/volume.h"

#include <format>
#include <utility>

#include "plan/sentinel/sentinel_conf.h"

namespace bowline {

VolumeFacts JudgeSentinelFiles(VolumeFacts facts, const VolumeFiles& files, MemberName self) {
  facts.kind = VolumeKind::kFresh;
  if (!files.sentinel_conf) return facts;
  auto saved = ParseSavedSentinel(*files.sentinel_conf, files.addresses.value_or(""));
  const std::string expected = facts.state.identity.NodeIdOf(self).str();
  if (!saved) {
    facts.reason = "sentinel.conf: " + saved.error().message;
  } else if (saved->id != expected) {
    facts.reason = std::format(
        "sentinel.conf is of sentinel {}, this one is {}: it comes from another release or member",
        saved->id, expected);
  } else {
    facts.kind = VolumeKind::kSeeded;
    facts.sentinel = std::move(saved->snapshot);
  }
  return facts;
}

}  // namespace bowline
