#include "plan/common/start.h"

#include <algorithm>
#include <utility>

#include "plan/common/mode_rules.h"
#include "plan/common/start_parts.h"

namespace bowline {
namespace {

/// Two installations that hear each other must never mix.
std::optional<StartPlan> ForeignInstallation(const StartInput& input) {
  std::string known = input.volume.state.identity.installation;
  for (const auto& [member, report] : input.peers) {
    if (report.installation.empty()) continue;
    if (known.empty()) known = report.installation;
    if (report.installation != known) {
      return Refuse(std::format(
          "{} belongs to installation {}, not to {}: volumes of two installations are mixed; mount "
          "the volumes of one installation only",
          member.ToString(), report.installation, known));
    }
  }
  return std::nullopt;
}

/// The installation's id is not on our volume: somebody knows it, or this is a first start.
StartPlan PlanIdentity(const StartInput& input) {
  for (const auto& [member, report] : input.peers) {
    if (report.installation.empty()) continue;
    return {.action = StartAction::kAdopt,
            .reason = std::format("{} knows the installation", member.ToString()),
            .installation = report.installation};
  }
  if (input.record_installation && !input.record_installation->empty()) {
    return {.action = StartAction::kAdopt,
            .reason = "the release's record knows the installation",
            .installation = *input.record_installation};
  }
  const std::vector<MemberName> members = input.layout.Members();
  const std::vector<MemberName> silent = Silent(input, members);
  if (!silent.empty()) {
    return Wait(
        "a first start needs to hear from all members, to tell it from a lost volume; "
        "silent: " +
        Join(silent));
  }
  const std::vector<MemberName> known = Experienced(input, members);
  if (!known.empty()) {
    return Wait("no member knows the installation, and these volumes are not fresh: " +
                Join(known));
  }
  const auto founder = std::ranges::find_if(members, [&](MemberName member) {
    return member == input.self || !IsGivenUp(input.peers.at(member));
  });
  if (input.self == *founder) {
    return {.action = StartAction::kFound,
            .reason = "all members were heard and none has ever held data"};
  }
  return Wait("first start: waiting for " + founder->ToString() + " to found the installation");
}

}  // namespace

std::string_view StartActionName(StartAction action) {
  switch (action) {
    case StartAction::kWait:
      return "wait";
    case StartAction::kRefuse:
      return "refuse";
    case StartAction::kFound:
      return "found";
    case StartAction::kAdopt:
      return "adopt";
    case StartAction::kSeed:
      return "seed";
    case StartAction::kResume:
      return "resume";
    case StartAction::kFollow:
      return "follow";
    case StartAction::kLead:
      return "lead";
    case StartAction::kHandOver:
      return "hand over";
  }
  std::unreachable();
}

bool StartsProcess(StartAction action) {
  return action == StartAction::kSeed || action == StartAction::kResume ||
         action == StartAction::kFollow || action == StartAction::kLead;
}

StartPlan WaitForOthersDeclared(const Layout& own, const Layout& declared, StartPlan plan) {
  const bool alone = own.Members().size() == 1 && declared.Members().size() == 1;
  if (alone || !StartsProcess(plan.action)) return plan;
  return Wait(std::format(
      "helm upgrade has made this release {}, of which one may lead already, and the configuration "
      "mounted here does not show it yet (the kubelet takes about a minute); to start anew at "
      "once, delete this pod",
      declared.ToString()));
}

bool IsGivenUp(const Report& report) {
  return report.phase == Phase::kStopping && report.pod.empty();
}

namespace {

/// Those of `without` that are silent count as heard, with nothing on their volumes. Their names.
std::vector<MemberName> GiveUp(StartInput& input) {
  std::vector<MemberName> given_up;
  if (input.waited < kWithoutAfter) return given_up;
  for (const MemberName member : Silent(input, input.without)) {
    if (!input.layout.Contains(member)) continue;
    Report report;
    report.member = member;
    report.phase = Phase::kStopping;
    if (!member.HoldsData()) report.sentinel.emplace();
    input.peers[member] = report;
    given_up.push_back(member);
  }
  return given_up;
}

/// Without votes the one proof that this member does not serve elsewhere is the lock of its volume.
/// Without both it does not have a replica take over. When all shards' primaries are in that
/// position none of them would ever hear a majority, so one whose dataset is here and not the older
/// one leads after a while.
StartPlan WithLock(const StartInput& input, StartPlan plan) {
  if (input.locked || plan.action != StartAction::kHandOver || !plan.without_quorum) return plan;
  const bool newest = input.volume.kind == VolumeKind::kData &&
                      !IsNewer(input.peers.at(*plan.target), input.volume);
  if (newest && input.waited >= kHandoverPatience) {
    return {.action = StartAction::kResume,
            .reason =
                "this member leads the shard; no majority of primaries is heard and the volume "
                "could not be locked, so no replica may take over",
            .warning = true};
  }
  return Wait(plan.reason +
              "; the volume could not be locked, so a former process of this member may still run: "
              "waiting for a majority of primaries. To end that by hand, send CLUSTER FAILOVER "
              "TAKEOVER to " +
              plan.target->ToString());
}

/// What a member of the shard that has answered holds, and whom it follows, is not known before its
/// view is: it must not be taken for silent, which would not be waited for any more.
std::optional<StartPlan> WaitForViews(const StartInput& input, const StartPlan& plan) {
  std::vector<MemberName> unread = input.unread;
  std::erase_if(unread, [&](MemberName member) { return member.shard != input.self.shard; });
  const bool acts = StartsProcess(plan.action) || plan.action == StartAction::kHandOver;
  if (unread.empty() || !acts || input.waited >= kHandoverPatience) return std::nullopt;
  return Wait("their view of the cluster has not come yet: " + Join(unread));
}

}  // namespace

std::optional<StartPlan> PlanInstallation(const StartInput& input) {
  if (input.volume.kind == VolumeKind::kRefused) return Refuse(input.volume.reason);
  if (auto foreign = ForeignInstallation(input)) return foreign;
  if (input.volume.state.identity.installation.empty()) return PlanIdentity(input);
  return std::nullopt;
}

StartPlan PlanStart(const StartInput& input, const ModeRules& rules) {
  StartInput heard = input;
  const std::vector<MemberName> given_up = GiveUp(heard);
  const auto first = PlanInstallation(heard);
  StartPlan plan =
      WithDataset(heard, WithLock(heard, first ? *first : rules.PlanMember(heard)), rules);
  if (auto wait = WaitForViews(heard, plan)) return *std::move(wait);
  if (given_up.empty() || plan.action == StartAction::kRefuse) return plan;
  plan.reason += "; without " + Join(given_up) + ", as startWithout says";
  plan.warning = true;
  return plan;
}

}  // namespace bowline
