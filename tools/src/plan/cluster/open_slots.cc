#include "plan/cluster/open_slots.h"

#include <format>
#include <map>
#include <set>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kNamed = 8;

/// A mark of a line: "[5460->-ID]" is leaving for ID, "[5460-<-ID]" is arriving from it.
struct Mark {
  MemberName member;  ///< that has it
  int slot = 0;
  bool leaving = false;
  std::string other;  ///< the member at the other end, or the node's id
};

std::string CallOf(const Settings& settings, MemberName member) {
  const std::string login =
      settings.auth ? std::format("REDISCLI_AUTH=\"$(cat {}/password)\" ", settings.auth_directory)
                    : "";
  return std::format("kubectl -n {} exec {} -c server -- sh -c '{}{}", settings.name_space,
                     settings.PodOf(member), login, settings.CliOf(member));
}

std::vector<Mark> MarksOf(const Settings& settings, const Identity& identity,
                          const Report& report) {
  std::vector<Mark> marks;
  // Valkey's replicas list their primary's marks, too (facts/cluster.md). They cannot close a slot.
  if (!report.engine.answers || !report.engine.info.primary) return marks;
  const NodeLine* myself = report.engine.view.Myself();
  if (myself == nullptr) return marks;
  for (const std::string& text : myself->migrations) {
    const bool leaving = text.contains("->-");
    const std::size_t arrow = text.find(leaving ? "->-" : "-<-");
    if (arrow == std::string::npos || !text.starts_with('[') || !text.ends_with(']')) continue;
    const auto slot = SlotRange::Parse(text.substr(1, arrow - 1));
    if (!slot) continue;
    Mark mark{.member = report.member,
              .slot = slot->first,
              .leaving = leaving,
              .other = text.substr(arrow + 3, text.size() - arrow - 4)};
    for (const MemberName member : settings.layout.Members()) {
      if (identity.NodeIdOf(member).str() == mark.other) mark.other = member.ToString();
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

}  // namespace

std::vector<std::string> OpenSlots(const Settings& settings, const Identity& identity,
                                   const Reports& reports) {
  std::vector<std::string> problems;
  std::vector<Mark> marks;
  std::set<int> arriving;
  for (const auto& [member, report] : reports) {
    for (Mark& mark : MarksOf(settings, identity, report)) {
      if (!mark.leaving) arriving.insert(mark.slot);
      marks.push_back(std::move(mark));
    }
  }
  for (const Mark& mark : marks) {
    if (problems.size() == kNamed) {
      problems.push_back(std::format("{} more open slots", marks.size() - kNamed));
      break;
    }
    const std::string cli = CallOf(settings, mark.member);
    // Keys can be at both ends only while somebody imports: then they have to be brought together.
    const std::string close =
        arriving.contains(mark.slot)
            ? std::format("{} --cluster fix 127.0.0.1:{}'", cli, settings.ports.client)
            : std::format("{} CLUSTER SETSLOT {} STABLE'", cli, mark.slot);
    problems.push_back(
        std::format("{} has slot {} open, {} {}. Unless somebody moves it right now: "
                    "{}",
                    mark.member.ToString(), mark.slot,
                    mark.leaving ? "leaving for" : "arriving from", mark.other, close));
  }
  return problems;
}

}  // namespace bowline
