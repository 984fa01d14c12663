#include "plan/sentinel_heal.h"

#include <algorithm>
#include <format>
#include <vector>

#include "plan/running_sentinels.h"

namespace bowline {
namespace {

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

/// Whom all declared sentinels name, none of them about to change that.
std::optional<MemberName> AgreedPrimary(const Layout& layout, const Cards& cards) {
  const RunningSentinels sentinels = AskSentinels(layout, cards);
  const auto agrees = [&](MemberName member) {
    const SentinelSnapshot* view = AnsweringSentinel(cards, member);
    return view != nullptr && view->primary == sentinels.named && !view->primary_down;
  };
  if (!sentinels.settled || !std::ranges::all_of(layout.Sentinels(), agrees)) return std::nullopt;
  return sentinels.named;
}

/// Does it run as the primary, and list none but declared replicas?
bool TellsNothingElse(const Cards& cards, MemberName primary, const AddressBook& addresses) {
  const auto card = cards.find(primary);
  if (card == cards.end() || !card->second.RunsAsPrimary()) return false;
  return std::ranges::all_of(card->second.engine.info.replicas, [&](const ReplicaEntry& replica) {
    return MemberAt(addresses, replica.ip).has_value();
  });
}

}  // namespace

std::string WhyStartAnew(const SentinelHealInput& input) {
  const std::vector<MemberName> members = input.layout.Members();
  if (!std::ranges::all_of(members,
                           [&](MemberName member) { return input.addresses.contains(member); })) {
    return "";  // an address that we cannot name may be the missing member's
  }
  const auto primary = AgreedPrimary(input.layout, input.cards);
  if (!primary || !TellsNothingElse(input.cards, *primary, input.addresses)) return "";
  for (const MemberName member : input.layout.Sentinels()) {
    const auto gone = Gone(*input.cards.at(member).sentinel, input.addresses);
    if (gone.empty()) continue;
    if (member != input.self) return "";
    std::string list;
    for (const std::string& address : gone) list += (list.empty() ? "" : ", ") + address;
    return std::format("it lists {}, which is no member's any more", list);
  }
  return "";
}

}  // namespace bowline
