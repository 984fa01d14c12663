#include "plan/sentinel/roll_call.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "plan/common/dataset_order.h"
#include "plan/common/start_parts.h"

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

RollCall Undecided(std::string reason) {
  return {.primary = std::nullopt, .reason = std::move(reason)};
}

RollCall RunningPrimary(const std::vector<const Card*>& leading, bool any_data) {
  if (leading.size() > 1) {
    return Undecided(
        std::format("{} and {} both run as primary, and no majority of sentinels says which one "
                    "leads",
                    leading[0]->member.ToString(), leading[1]->member.ToString()));
  }
  const Card& card = *leading.front();
  if (!card.HasData() && any_data) {
    return Undecided(card.member.ToString() + " runs as an empty primary while others hold data");
  }
  return {.primary = card.member, .reason = "it runs as the primary"};
}

/// The one address that all running replicas follow, whoever has it. A replica that is followed
/// itself stands for the one that it follows.
std::string FollowedAddress(const std::vector<const Card*>& heard, const AddressBook& addresses) {
  std::set<std::string> followed;
  std::set<std::string> replicas;
  for (const Card* card : heard) {
    if (!card->engine.answers || card->engine.info.primary) continue;
    followed.insert(card->engine.info.primary_host);
    const auto own = addresses.find(card->member);
    if (own != addresses.end()) replicas.insert(own->second.ip);
  }
  std::erase_if(followed, [&](const std::string& address) { return replicas.contains(address); });
  return followed.size() == 1 ? *followed.begin() : "";
}

/// Somebody's volume cannot be trusted, so it may hold the newest data.
std::optional<RollCall> Doubtful(const std::vector<const Card*>& heard) {
  for (const Card* card : heard) {
    if (card->volume != VolumeKind::kRefused) continue;
    return Undecided(card->member.ToString() +
                     " has a volume that it refuses, which may hold the newest data: repair that "
                     "volume or mount an empty one");
  }
  return std::nullopt;
}

/// The first one whose dataset none of the others goes beyond; nullptr: there is none.
const Card* NewestOf(const std::vector<const Card*>& heard) {
  const auto beyond = [](const Card& other, const Card& card) {
    const History history = CompareDatasets(other, card);
    return history == History::kNewer || history == History::kDiverged;
  };
  for (const Card* card : heard) {
    if (IsGivenUp(*card)) continue;
    if (std::ranges::none_of(heard, [&](const Card* c) { return beyond(*c, *card); })) return card;
  }
  return nullptr;
}

RollCall Newest(const std::vector<const Card*>& heard, std::optional<MemberName> recover_from) {
  if (auto doubt = Doubtful(heard)) return *doubt;
  if (const Card* best = NewestOf(heard)) {
    return {.primary = best->member,
            .reason = best->HasData() ? "all servers were heard, and its dataset is the newest"
                                      : "all servers were heard and none holds data"};
  }
  std::vector<MemberName> holders;
  for (const Card* card : heard) {
    if (card->HasData()) holders.push_back(card->member);
  }
  if (recover_from && std::ranges::contains(holders, *recover_from)) {
    return {.primary = recover_from,
            .reason = "histories have diverged, and sentinel.recoverFrom says whose is kept"};
  }
  return Undecided("the datasets of " + Join(holders) +
                   " have gone on from one history, each on its own: set sentinel.recoverFrom to "
                   "the one of them whose data is to be kept; the others' files are copied before "
                   "they are replaced");
}

}  // namespace

RollCall CallRoll(const Layout& layout, const AddressBook& addresses, const Cards& cards,
                  std::optional<MemberName> recover_from) {
  const std::vector<const Card*> heard = Heard(layout, cards);
  std::vector<const Card*> leading;
  std::ranges::copy_if(heard, std::back_inserter(leading),
                       [](const Card* card) { return card->RunsAsPrimary(); });
  const bool any_data = std::ranges::any_of(heard, [](const Card* c) { return c->HasData(); });
  if (!leading.empty()) return RunningPrimary(leading, any_data);
  if (const auto followed = MemberAt(addresses, FollowedAddress(heard, addresses))) {
    return {.primary = followed, .reason = "the running replicas follow it"};
  }
  const std::vector<MemberName> silent = Silent(cards, layout.MembersOf(0));
  if (!silent.empty()) {
    return Undecided(
        "no majority of sentinels knows who leads, so all servers must be heard; silent: " +
        Join(silent));
  }
  return Newest(heard, recover_from);
}

}  // namespace bowline
