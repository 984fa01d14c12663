#include "plan/sentinel/topology.h"

#include <algorithm>
#include <format>
#include <set>

#include "plan/common/topology_parts.h"
#include "plan/sentinel/running_sentinels.h"

namespace bowline {
namespace {

/// The member that an engine or a sentinel means by an address.
std::optional<MemberName> MemberWith(const AddressBook& addresses, std::string_view ip, int port) {
  const auto member = MemberAt(addresses, ip);
  if (!member || addresses.at(*member).port != port) return std::nullopt;
  return member;
}

std::string NameOf(const AddressBook& addresses, std::string_view ip, int port) {
  const auto member = MemberWith(addresses, ip, port);
  return member ? member->ToString() : std::format("{}:{}", ip, port);
}

std::string SentinelState(const Report& report) {
  if (report.phase != Phase::kRunning) return std::string(PhaseName(report.phase));
  if (!report.sentinel || !report.sentinel->answers) return "no answer";
  if (!report.sentinel->HasOpinion()) return "names nobody";
  if (report.sentinel->failing_over) return "failing over";
  if (report.sentinel->primary_down) return "primary down";
  if (report.sentinel->primary_denies) return "primary denies";
  if (!report.sentinel->unsaved.empty()) return "not saved";
  return "ok";
}

TopologyRow RowOf(MemberName member, const AddressBook& addresses, const Reports& reports) {
  TopologyRow row = StartRow(member, addresses, reports);
  const bool sentinel = !member.HoldsData();
  if (sentinel) row.role = "sentinel";
  const auto found = reports.find(member);
  if (found == reports.end()) return row;
  const Report& report = found->second;
  row.state = sentinel ? SentinelState(report) : EngineState(report);
  if (sentinel || !report.engine.answers) return row;
  const EngineInfo& info = report.engine.info;
  row.role = info.primary ? "primary" : "replica";
  if (!info.primary) row.follows = MemberWith(addresses, info.primary_host, info.primary_port);
  return row;
}

/// Everybody must mean the primary; when there is not exactly one, at least all the same.
void CheckAgreement(std::string_view verb, const std::map<MemberName, std::string>& words,
                    const std::vector<MemberName>& primaries, std::vector<std::string>& problems) {
  std::set<std::string> meant;
  std::string all;
  for (const auto& [member, word] : words) {
    const std::string says = std::format("{} {} {}", member.ToString(), verb, word);
    meant.insert(word);
    all += (all.empty() ? "" : ", ") + says;
    if (primaries.size() != 1 || word == primaries.front().ToString()) continue;
    problems.push_back(std::format("{}, but {} leads", says, primaries.front().ToString()));
  }
  if (primaries.size() != 1 && meant.size() > 1) problems.push_back(all);
}

void CheckServers(const Layout& layout, const AddressBook& addresses, const Reports& reports,
                  const std::vector<MemberName>& primaries, std::vector<std::string>& problems) {
  if (primaries.size() != 1) {
    std::string list;
    for (const MemberName primary : primaries) list += " " + primary.ToString();
    problems.push_back(std::format("there are {} primaries:{}", primaries.size(), list));
  }
  std::map<MemberName, std::string> followed;
  for (const MemberName member : layout.MembersOf(0)) {
    const auto report = reports.find(member);
    if (report == reports.end() || !report->second.engine.answers) continue;
    const EngineInfo& info = report->second.engine.info;
    if (!info.primary) followed[member] = NameOf(addresses, info.primary_host, info.primary_port);
  }
  CheckAgreement("replicates from", followed, primaries, problems);
}

/// One of a sentinel's lists must hold `expected`, each once and none of them down.
void CheckList(const std::string& who, std::string_view what, const AddressBook& addresses,
               const std::vector<SentinelPeer>& list, const std::vector<MemberName>& expected,
               std::vector<std::string>& problems) {
  std::set<MemberName> seen;
  for (const SentinelPeer& peer : list) {
    const auto member = MemberWith(addresses, peer.ip, peer.port);
    const std::string name = NameOf(addresses, peer.ip, peer.port);
    if (!member || !std::ranges::contains(expected, *member)) {
      problems.push_back(std::format("{} wrongly lists {} as a {}", who, name, what));
    } else if (!seen.insert(*member).second) {
      problems.push_back(std::format("{} lists {} twice", who, name));
    }
    if (peer.down) problems.push_back(std::format("{} sees {} as down", who, name));
  }
  for (const MemberName member : expected) {
    if (!seen.contains(member)) problems.push_back(who + " does not know " + member.ToString());
  }
}

void CheckSentinels(const Layout& layout, const AddressBook& addresses, const Reports& reports,
                    const std::vector<MemberName>& primaries, std::vector<std::string>& problems) {
  std::map<MemberName, std::string> named;
  for (const MemberName member : layout.Sentinels()) {
    const SentinelSnapshot* sentinel = AnsweringSentinel(reports, member);
    if (sentinel == nullptr || !sentinel->HasOpinion()) continue;
    const auto primary = MemberWith(addresses, sentinel->primary_ip, sentinel->primary_port);
    named[member] = NameOf(addresses, sentinel->primary_ip, sentinel->primary_port);
    std::vector<MemberName> replicas = layout.MembersOf(0);
    std::erase_if(replicas, [&](MemberName server) { return server == primary; });
    std::vector<MemberName> others = layout.Sentinels();
    std::erase(others, member);
    const std::string who = member.ToString();
    CheckList(who, "replica", addresses, sentinel->replicas, replicas, problems);
    CheckList(who, "sentinel", addresses, sentinel->sentinels, others, problems);
  }
  CheckAgreement("names", named, primaries, problems);
}

}  // namespace

void DescribeSentinelMode(const Observed& observed, Topology& topology) {
  const auto& [layout, identity, addresses, reports, names] = observed;
  for (const MemberName member : layout.Members()) {
    AddRow(RowOf(member, addresses, reports), topology);
  }
  const std::vector<MemberName> primaries = PrimariesOf(layout, reports, 0);
  CheckServers(layout, addresses, reports, primaries, topology.problems);
  CheckSentinels(layout, addresses, reports, primaries, topology.problems);
}

}  // namespace bowline
