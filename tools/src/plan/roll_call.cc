#include "plan/roll_call.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "plan/start_parts.h"

namespace bowline {
namespace {

std::vector<const Card*> Heard(const Layout& layout, const Cards& cards) {
  std::vector<const Card*> heard;
  for (const MemberName member : layout.MembersOf(0)) {
    const auto card = cards.find(member);
    if (card != cards.end()) heard.push_back(&card->second);
  }
  return heard;
}

bool Leads(const Card& card) {
  return card.engine.answers && card.engine.info.primary && !card.engine.info.loading;
}

RollCall RunningPrimary(const std::vector<const Card*>& leading, bool any_data) {
  if (leading.size() > 1) {
    return {.primary = std::nullopt,
            .reason = std::format("{} and {} both run as primary, and no majority of sentinels "
                                  "says which one leads",
                                  leading[0]->member.ToString(), leading[1]->member.ToString())};
  }
  const Card& card = *leading.front();
  if (!card.HasData() && any_data) {
    return {.primary = std::nullopt,
            .reason = card.member.ToString() + " runs as an empty primary while others hold data"};
  }
  return {.primary = card.member, .reason = "it runs as the primary"};
}

/// Of the running replicas: all follow one address, whoever has it.
std::string FollowedAddress(const std::vector<const Card*>& heard) {
  std::string address;
  for (const Card* card : heard) {
    if (!card->engine.answers || card->engine.info.primary) continue;
    if (!address.empty() && address != card->engine.info.primary_host) return "";
    address = card->engine.info.primary_host;
  }
  return address;
}

enum class Order { kFirst, kSecond, kSame, kDiverged };

Order Newer(const Card& first, const Card& second) {
  if (first.HasData() != second.HasData()) {
    return first.HasData() ? Order::kFirst : Order::kSecond;
  }
  if (!first.HasData()) return Order::kSame;
  if (first.term != second.term && first.term != 0 && second.term != 0) {
    return first.term > second.term ? Order::kFirst : Order::kSecond;
  }
  const auto a = MarkOf(first);
  const auto b = MarkOf(second);
  switch (a && b ? CompareHistories(*a, *b) : History::kUnknown) {
    case History::kSame:
      return Order::kSame;
    case History::kNewer:
      return Order::kFirst;
    case History::kOlder:
      return Order::kSecond;
    case History::kDiverged:
      return Order::kDiverged;
    case History::kUnknown:
      break;
  }
  if (first.dataset_modified == second.dataset_modified) return Order::kSame;
  return first.dataset_modified > second.dataset_modified ? Order::kFirst : Order::kSecond;
}

RollCall Newest(const std::vector<const Card*>& heard) {
  const Card* best = heard.front();
  for (const Card* card : heard) {
    if (card == best) continue;
    const Order order = Newer(*best, *card);
    if (order == Order::kSecond) best = card;
    if (order != Order::kDiverged) continue;
    return {.primary = std::nullopt,
            .reason = std::format(
                "{} and {} hold datasets that have both gone on from one history: set "
                "sentinel.recoverFrom to the member whose data is to be kept; the other's files "
                "are copied before they are replaced",
                best->member.ToString(), card->member.ToString())};
  }
  if (!best->HasData()) {
    return {.primary = best->member, .reason = "all servers were heard and none holds data"};
  }
  return {.primary = best->member,
          .reason = "all servers were heard, and its dataset is the newest"};
}

}  // namespace

RollCall CallRoll(const Layout& layout, const AddressBook& addresses, const Cards& cards,
                  std::optional<MemberName> recover_from) {
  const std::vector<const Card*> heard = Heard(layout, cards);
  std::vector<const Card*> leading;
  std::ranges::copy_if(heard, std::back_inserter(leading), [](const Card* c) { return Leads(*c); });
  const bool any_data = std::ranges::any_of(heard, [](const Card* c) { return c->HasData(); });
  if (!leading.empty()) return RunningPrimary(leading, any_data);
  if (const auto followed = MemberAt(addresses, FollowedAddress(heard))) {
    return {.primary = followed, .reason = "the running replicas follow it"};
  }
  std::vector<MemberName> silent;
  for (const MemberName member : layout.MembersOf(0)) {
    if (!cards.contains(member)) silent.push_back(member);
  }
  if (!silent.empty()) {
    return {.primary = std::nullopt,
            .reason =
                "no majority of sentinels knows who leads, so all servers must be heard; "
                "silent: " +
                Join(silent)};
  }
  if (recover_from) return {.primary = recover_from, .reason = "sentinel.recoverFrom says so"};
  return Newest(heard);
}

}  // namespace bowline
