// What the dataset's files have to say to a start that is decided.

#include <algorithm>

#include "plan/common/dataset_order.h"
#include "plan/common/mode_rules.h"
#include "plan/common/start_parts.h"

namespace bowline {
namespace {

// File times of two members, when nothing else tells which dataset goes further.
constexpr std::int64_t kOlderSeconds = 60;
// What replicas are sent and no append-only file gets (replication.c, pubsub.c): PING, GETACK, and
// PUBLISH, by which each sentinel tells of itself every 2 s with some 250 bytes. As much as that
// can be between two members' ends in one stop.
constexpr std::int64_t kNotLogged = 16'384;

/// Would the engine start as a primary?
bool Leads(const StartInput& input, const StartPlan& plan, const ModeRules& rules) {
  if (plan.action == StartAction::kLead || plan.action == StartAction::kSeed) return true;
  return plan.action == StartAction::kResume && rules.ResumesAsPrimary(input);
}

bool Starts(const StartPlan& plan) {
  return plan.action == StartAction::kResume || plan.action == StartAction::kFollow ||
         plan.action == StartAction::kLead || plan.action == StartAction::kSeed;
}

/// Does this dataset go at least as far as what is left of ours? Replication offsets count the
/// bytes that the append-only files get, and some more, so what was lost of these is about what is
/// missing. A position that was not made in a stop is up to a second older than its dataset.
bool GoesAsFar(const Report& report, const VolumeFacts& self) {
  const auto& theirs = report.position;
  const auto& ours = self.position;
  if (theirs && ours && !ours->replication_id.empty() &&
      theirs->replication_id == ours->replication_id) {
    const bool as_far = theirs->offset + self.damage->lost + kNotLogged >= ours->offset;
    if (as_far || theirs->exact) return as_far;
  }
  return report.dataset_modified + kOlderSeconds >= self.dataset_modified;
}

/// The members of the shard that hold an intact dataset, no older than ours.
std::vector<MemberName> Intact(const StartInput& input) {
  std::vector<MemberName> intact;
  for (const MemberName member : Holders(input, input.layout.MembersOf(input.self.shard))) {
    const Report& report = input.peers.at(member);
    if (report.damage.empty() && GoesAsFar(report, input.volume)) intact.push_back(member);
  }
  return intact;
}

/// Of these the one that runs as a replica and has the highest offset; nullptr: none does.
const Report* Furthest(const StartInput& input, const std::vector<MemberName>& members) {
  const Report* best = nullptr;
  for (const MemberName member : members) {
    const Report& report = input.peers.at(member);
    if (!report.RunsAsReplica()) continue;
    if (best == nullptr || report.engine.info.offset > best->engine.info.offset) best = &report;
  }
  return best;
}

/// This member would lead, with a damaged dataset.
StartPlan LeadDamaged(const StartInput& input, StartPlan plan, const ModeRules& rules) {
  const DatasetDamage& damage = *input.volume.damage;
  const std::vector<MemberName> silent = Silent(input, input.layout.MembersOf(input.self.shard));
  const std::vector<MemberName> intact = Intact(input);
  const std::string what =
      "this member leads the shard and its dataset is damaged (" + damage.what + ")";
  const Report* best = Furthest(input, intact);
  const bool quorum =
      rules.View(input.layout, input.volume.state.identity, input.peers, input.self.shard).quorum;
  if (best && (quorum || (rules.PromotesWithoutQuorum() && silent.empty()))) {
    return {.action = StartAction::kHandOver,
            .reason = std::format("{}; {} holds an intact one and takes over (offset {})", what,
                                  best->member.ToString(), best->engine.info.offset),
            .target = best->member,
            .target_position = PositionOf(*best),
            .without_quorum = !quorum,
            .warning = true};
  }
  if (!intact.empty() && input.waited < kIntactPatience) {
    return Wait(what +
                "; waiting until one that holds an intact one can take over: " + Join(intact));
  }
  if (!silent.empty() && input.waited < kDamagePatience) {
    return Wait(what + "; waiting to hear whether an intact one is held by: " + Join(silent));
  }
  if (!damage.CanBeCut() && input.volume.kind == VolumeKind::kData) {
    return Wait(
        what +
        ", and nobody is heard that holds an intact one: restore the files, repair them with "
        "the engine's own check program (--fix), or move appendonlydir out of the volume");
  }
  plan.mend = plan.warning = true;
  plan.reason += "; nobody is heard that holds an intact dataset, and " + damage.what;
  if (damage.CanBeCut()) plan.reason += std::format(": the last {} bytes are dropped", damage.lost);
  return plan;
}

}  // namespace

StartPlan WithDataset(const StartInput& input, StartPlan plan, const ModeRules& rules) {
  if (!input.self.HoldsData() || !Starts(plan)) return plan;
  const DatasetPlan& dataset = input.volume.dataset;
  const bool leads = Leads(input, plan, rules);
  if (leads && dataset.action == DatasetAction::kAsk) return Wait(dataset.reason);
  if (!input.volume.damage) return plan;
  if (leads) return LeadDamaged(input, std::move(plan), rules);
  const auto leads_with_data = [&](MemberName member) {
    const auto report = input.peers.find(member);
    return report != input.peers.end() && report->second.RunsAsPrimary() &&
           report->second.HasData();
  };
  const std::string& what = input.volume.damage->what;
  if (!input.volume.damage->CanBeCut() && input.volume.kind == VolumeKind::kData &&
      !std::ranges::any_of(input.layout.MembersOf(input.self.shard), leads_with_data)) {
    return Wait("this member's dataset is damaged (" + what +
                "); waiting for a primary that holds data");
  }
  plan.mend = plan.warning = true;
  plan.reason += "; this member's dataset is damaged: " + what;
  return plan;
}

}  // namespace bowline
