#include "plan/sentinel/sentinel_heal.h"

#include <algorithm>
#include <format>
#include <vector>

#include "base/parse.h"
#include "plan/sentinel/running_sentinels.h"

namespace bowline {
namespace {

// A member that comes back answers its sentinels within seconds.
constexpr std::int64_t kRefusedMilliseconds = 30'000;

/// "10.0.0.7:6379", ...: what the sentinel lists and nobody declares; nothing while one of them
/// lives.
std::vector<std::string> Gone(const SentinelSnapshot& view, const AddressBook& addresses) {
  std::vector<std::string> gone;
  for (const auto* list : {&view.replicas, &view.sentinels}) {
    for (const SentinelPeer& peer : *list) {
      if (MemberAt(addresses, peer.ip)) continue;
      if (!peer.down) return {};
      gone.push_back(std::format("{}:{}", peer.ip, peer.port));
    }
  }
  return gone;
}

/// A replica that is in sync. Of the sentinels it is known already that they all answer.
bool IsWell(const Reports& reports, MemberName member) {
  if (!member.HoldsData()) return true;
  const auto report = reports.find(member);
  return report != reports.end() && report->second.RunsAsReplica() &&
         report->second.engine.info.link_up;
}

/// "server-2", ...: members that are well, but have refused this sentinel for long. It may hold a
/// connection to a pod of another release that has had the address for a moment: a refusal keeps
/// it open, so the sentinel never connects again (sentinel.c, sentinelCheckSubjectivelyDown).
std::vector<std::string> Refused(const SentinelSnapshot& view, const SentinelHealInput& input) {
  std::vector<std::string> refused;
  for (const auto* list : {&view.replicas, &view.sentinels}) {
    for (const SentinelPeer& peer : *list) {
      const auto member = MemberAt(input.addresses, peer.ip);
      if (member && peer.down && peer.connected &&
          peer.silent_milliseconds >= kRefusedMilliseconds && IsWell(input.reports, *member)) {
        refused.push_back(member->ToString());
      }
    }
  }
  return refused;
}

/// Whom all declared sentinels name, none of them about to change that.
std::optional<MemberName> AgreedPrimary(const Layout& layout, const Reports& reports) {
  const RunningSentinels sentinels = AskSentinels(layout, reports);
  const auto agrees = [&](MemberName member) {
    const SentinelSnapshot* view = AnsweringSentinel(reports, member);
    return view != nullptr && view->primary == sentinels.named && !view->primary_down;
  };
  if (!sentinels.settled || !std::ranges::all_of(layout.Sentinels(), agrees)) return std::nullopt;
  return sentinels.named;
}

/// Does it run as the primary, and list none but declared replicas?
bool TellsNothingElse(const Reports& reports, MemberName primary, const AddressBook& addresses) {
  const auto report = reports.find(primary);
  if (report == reports.end() || !report->second.RunsAsPrimary()) return false;
  return std::ranges::all_of(report->second.engine.info.replicas, [&](const ReplicaEntry& replica) {
    return MemberAt(addresses, replica.ip).has_value();
  });
}

}  // namespace

std::optional<std::string> WhyStartAnew(const SentinelHealInput& input) {
  const std::vector<MemberName> members = input.layout.Members();
  if (!std::ranges::all_of(members,
                           [&](MemberName member) { return input.addresses.contains(member); })) {
    return std::nullopt;  // an address that we cannot name may be the missing member's
  }
  const auto primary = AgreedPrimary(input.layout, input.reports);
  if (!primary || !TellsNothingElse(input.reports, *primary, input.addresses)) return std::nullopt;
  for (const MemberName member : input.layout.Sentinels()) {
    const SentinelSnapshot& view = *input.reports.at(member).sentinel;
    const auto gone = Gone(view, input.addresses);
    const auto refused = Refused(view, input);
    if (gone.empty() && refused.empty()) continue;
    if (member != input.self) return std::nullopt;
    return gone.empty() ? std::format("it takes {} for down, which is well", Join(refused))
                        : std::format("it lists {}, which is no member's any more", Join(gone));
  }
  return std::nullopt;
}

}  // namespace bowline
