#include "plan/sentinel/cold_start.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "plan/common/dataset_order.h"
#include "plan/common/start_parts.h"

namespace bowline {
namespace {

std::vector<const Report*> Heard(const Layout& layout, const Reports& reports) {
  std::vector<const Report*> heard;
  for (const MemberName member : layout.MembersOf(0)) {
    const auto report = reports.find(member);
    if (report != reports.end()) heard.push_back(&report->second);
  }
  return heard;
}

ColdStart Undecided(std::string reason) {
  return {.primary = std::nullopt, .reason = std::move(reason)};
}

ColdStart RunningPrimary(const std::vector<const Report*>& leading, bool any_data) {
  if (leading.size() > 1) {
    return Undecided(
        std::format("{} and {} both run as primary, and no majority of sentinels says which one "
                    "leads",
                    leading[0]->member.ToString(), leading[1]->member.ToString()));
  }
  const Report& report = *leading.front();
  if (!report.HasData() && any_data) {
    return Undecided(report.member.ToString() + " runs as an empty primary while others hold data");
  }
  return {.primary = report.member, .reason = "it runs as the primary"};
}

/// The one address that all running replicas follow, whoever has it. A replica that is followed
/// itself stands for the one that it follows.
std::string FollowedAddress(const std::vector<const Report*>& heard, const AddressBook& addresses) {
  std::set<std::string> followed;
  std::set<std::string> replicas;
  for (const Report* report : heard) {
    if (!report->engine.answers || report->engine.info.primary) continue;
    followed.insert(report->engine.info.primary_host);
    const auto own = addresses.find(report->member);
    if (own != addresses.end()) replicas.insert(own->second.ip);
  }
  std::erase_if(followed, [&](const std::string& address) { return replicas.contains(address); });
  return followed.size() == 1 ? *followed.begin() : "";
}

/// Somebody's volume cannot be trusted, so it may hold the newest data.
std::optional<ColdStart> Doubtful(const std::vector<const Report*>& heard) {
  for (const Report* report : heard) {
    if (report->volume != VolumeKind::kRefused) continue;
    return Undecided(report->member.ToString() +
                     " has a volume that it refuses, which may hold the newest data: repair that "
                     "volume or mount an empty one");
  }
  return std::nullopt;
}

/// The first one whose dataset none of the others goes beyond; nullptr: there is none.
const Report* NewestOf(const std::vector<const Report*>& heard) {
  const auto beyond = [](const Report& other, const Report& report) {
    const History history = CompareDatasets(other, report);
    return history == History::kNewer || history == History::kDiverged;
  };
  for (const Report* report : heard) {
    if (IsGivenUp(*report)) continue;
    if (std::ranges::none_of(heard, [&](const Report* c) { return beyond(*c, *report); }))
      return report;
  }
  return nullptr;
}

ColdStart Newest(const std::vector<const Report*>& heard, std::optional<MemberName> recover_from) {
  if (auto doubt = Doubtful(heard)) return *doubt;
  if (const Report* best = NewestOf(heard)) {
    return {.primary = best->member,
            .reason = best->HasData() ? "all servers were heard, and its dataset is the newest"
                                      : "all servers were heard and none holds data"};
  }
  std::vector<MemberName> holders;
  for (const Report* report : heard) {
    if (report->HasData()) holders.push_back(report->member);
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

ColdStart ChooseAtColdStart(const Layout& layout, const AddressBook& addresses,
                            const Reports& reports, std::optional<MemberName> recover_from) {
  const std::vector<const Report*> heard = Heard(layout, reports);
  std::vector<const Report*> leading;
  std::ranges::copy_if(heard, std::back_inserter(leading),
                       [](const Report* report) { return report->RunsAsPrimary(); });
  const bool any_data = std::ranges::any_of(heard, [](const Report* c) { return c->HasData(); });
  if (!leading.empty()) return RunningPrimary(leading, any_data);
  if (const auto followed = MemberAt(addresses, FollowedAddress(heard, addresses))) {
    return {.primary = followed, .reason = "the running replicas follow it"};
  }
  const std::vector<MemberName> silent = Silent(reports, layout.MembersOf(0));
  if (!silent.empty()) {
    return Undecided(
        "no majority of sentinels knows who leads, so all servers must be heard; silent: " +
        Join(silent));
  }
  return Newest(heard, recover_from);
}

}  // namespace bowline
