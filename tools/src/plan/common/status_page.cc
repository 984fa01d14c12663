#include "plan/common/status_page.h"

#include <algorithm>
#include <format>
#include <utility>
#include <vector>

#include "base/parse.h"
#include "plan/common/dataset_order.h"
#include "plan/common/fence.h"
#include "plan/common/status_cells.h"
#include "plan/common/status_tree.h"
#include "plan/common/units.h"

namespace bowline {
namespace {

/// One column and what stands in it.
struct Column {
  GridColumn column;
  GridCell (*cell)(const StatusFacts&, const TopologyRow&, const Report*);
};

const EngineFacts& FactsOf(const StatusFacts& facts, const TopologyRow& row) {
  static const EngineFacts none;
  const auto found = facts.engines.find(row.member);
  return found == facts.engines.end() ? none : found->second;
}

const Report* ReportOf(const StatusFacts& facts, const TopologyRow& row) {
  const auto found = facts.reports.find(row.member);
  return found == facts.reports.end() ? nullptr : &found->second;
}

/// A server's; a sentinel, which answers as well, has no keys and no history.
bool EngineAnswers(const Report* report) {
  return report != nullptr && report->member.HoldsData() && report->engine.answers;
}

/// The first two ranges, and how many there are beside them.
std::string ShortSlots(const std::string& slots) {
  std::size_t end = slots.find(' ');
  if (end != std::string::npos) end = slots.find(' ', end + 1);
  if (end == std::string::npos) return slots;
  return std::format("{} +{}", slots.substr(0, end), std::ranges::count(slots.substr(end), ' '));
}

GridCell Number(std::int64_t number) { return {.text = number < 0 ? "" : std::to_string(number)}; }

/// What the first table says of each member, behind its name.
const std::vector<Column>& MainColumns() {
  static const std::vector<Column> columns{
      {{.head = "POD", .rank = 2},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return GridCell{.text = facts.settings.PodOf(row.member)};
       }},
      {{.head = "NODE", .rank = 7},
       [](const StatusFacts&, const TopologyRow& row, const Report*) {
         return GridCell{.text = row.node};
       }},
      {{.head = "ROLE", .rank = kAlwaysKept},
       [](const StatusFacts&, const TopologyRow& row, const Report*) {
         return GridCell{.text = row.role,
                         .tone = row.role == "primary" ? Tone::kStrong : Tone::kPlain};
       }},
      {{.head = "FOR", .right = true, .rank = 3},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         const bool known = EngineAnswers(report) && report->role_seconds >= 0;
         return GridCell{.text = known ? SpanText(report->role_seconds) : ""};
       }},
      {{.head = "SLOTS", .rank = 6},
       [](const StatusFacts&, const TopologyRow& row, const Report*) {
         return GridCell{.text = row.slots == "-" ? "" : ShortSlots(row.slots)};
       }},
      {{.head = "KEYS", .right = true, .rank = 4},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         return Number(EngineAnswers(report) ? report->engine.keys : -1);
       }},
      {{.head = "MEMORY", .right = true, .rank = 5},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return MemoryCell(FactsOf(facts, row));
       }},
      {{.head = "LAG", .right = true, .rank = 8},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return LagCell(row, facts.topology, facts.reports);
       }},
      {{.head = "STATE", .rank = kAlwaysKept},
       [](const StatusFacts& facts, const TopologyRow& row, const Report* report) {
         return StateCell(row, report, facts.time);
       }}};
  return columns;
}

/// The same of the second one.
const std::vector<Column>& WideColumns() {
  static const std::vector<Column> columns{
      {{.head = "ADDRESS", .rank = 9},
       [](const StatusFacts&, const TopologyRow& row, const Report*) {
         return GridCell{.text = row.address};
       }},
      {{.head = "ENGINE", .rank = 3},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         return GridCell{.text = EngineAnswers(report) ? report->engine.info.version : ""};
       }},
      {{.head = "UP", .right = true, .rank = 5},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         const std::int64_t up = FactsOf(facts, row).uptime_seconds;
         return GridCell{.text = up < 0 ? "" : SpanText(up)};
       }},
      {{.head = "CLIENTS", .right = true, .rank = 4},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return Number(FactsOf(facts, row).clients);
       }},
      {{.head = "EPOCH", .right = true, .rank = 8},
       [](const StatusFacts&, const TopologyRow& row, const Report* report) {
         if (report == nullptr) return GridCell{};
         const std::uint64_t epoch = report->sentinel && !row.member.HoldsData()
                                         ? report->sentinel->epochs.config
                                         : EpochOf(*report);
         return GridCell{.text = std::to_string(epoch)};
       }},
      {{.head = "OFFSET", .right = true, .rank = 7},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         return Number(EngineAnswers(report) ? report->engine.info.offset : -1);
       }},
      {{.head = "REPLICATION ID", .rank = 2},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         return GridCell{.text = EngineAnswers(report) ? report->engine.info.replication_id : ""};
       }},
      {{.head = "NODE ID", .rank = 1},
       [](const StatusFacts&, const TopologyRow&, const Report* report) {
         const NodeLine* self = EngineAnswers(report) ? report->engine.view.Myself() : nullptr;
         return GridCell{.text = self == nullptr ? "" : self->id.str()};
       }},
      {{.head = "CERTIFICATE", .rank = 6},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return CertificateCell(row.certificate_ends, facts.now);
       }},
      {{.head = "PERSISTENCE", .rank = 6},
       [](const StatusFacts& facts, const TopologyRow& row, const Report*) {
         return PersistenceCell(FactsOf(facts, row), facts.now, row.progress);
       }}};
  return columns;
}

/// A table of all members; `heads`: also the names of the groups, and the lines of the tree.
std::string PrintTable(const StatusFacts& facts, const std::vector<Column>& columns, bool heads,
                       const TextStyle& style) {
  std::vector<GridColumn> grid{{.head = "MEMBER", .rank = kAlwaysKept}};
  for (const Column& column : columns) grid.push_back(column.column);
  std::vector<GridRow> rows;
  for (const TreeGroup& group : GroupMembers(facts.topology, facts.reports, style)) {
    if (heads && !group.head.empty()) {
      rows.push_back(GridRow{GridCell{.text = Shown(group.head, style), .tone = group.tone}});
    }
    for (const TreeItem& item : group.items) {
      const TopologyRow& row = *item.row;
      const Report* report = ReportOf(facts, row);
      rows.push_back(
          GridRow{GridCell{.text = (heads ? item.branch : "") + row.member.ToString(),
                           .tone = row.role == "primary" ? Tone::kStrong : Tone::kPlain}});
      for (const Column& column : columns) {
        GridCell cell = column.cell(facts, row, report);
        cell.text = Shown(cell.text, style);
        rows.back().push_back(std::move(cell));
      }
    }
  }
  Grid printed = PrintGrid(grid, rows, style);
  if (printed.left_out.empty()) return std::move(printed.text);
  const std::vector<std::string> left_out(printed.left_out.begin(), printed.left_out.end());
  return printed.text + Toned("no room for: " + Join(left_out), Tone::kQuiet, style) + "\n";
}

/// What the engines have refused, the newest of each first; empty: nothing.
std::string PrintDenials(const StatusFacts& facts, const TextStyle& style) {
  static const std::vector<GridColumn> columns{{.head = "MEMBER", .rank = kAlwaysKept},
                                               {.head = "AGO", .right = true, .rank = 4},
                                               {.head = "TIMES", .right = true, .rank = 3},
                                               {.head = "REFUSED", .rank = kAlwaysKept},
                                               {.head = "OF", .rank = 5},
                                               {.head = "USER", .rank = 6},
                                               {.head = "CLIENT", .rank = 2},
                                               {.head = "CONTEXT", .rank = 1}};
  std::vector<GridRow> rows;
  for (const auto& [member, engine] : facts.engines) {
    for (const AclDenial& denial : engine.acl_log.value_or(std::vector<AclDenial>())) {
      rows.push_back({{.text = member.ToString()},
                      {.text = denial.age_seconds < 0 ? "" : SpanText(denial.age_seconds)},
                      Number(denial.count),
                      {.text = denial.reason},
                      {.text = denial.object},
                      {.text = denial.user},
                      {.text = denial.client},
                      {.text = denial.context}});
    }
  }
  return rows.empty() ? "" : "\n" + PrintGrid(columns, rows, style).text;
}

std::string Count(std::size_t count, std::string_view what) {
  return std::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// "healthy", or how much is wrong.
std::string VerdictOf(const StatusFacts& facts, const TextStyle& style) {
  const Topology& topology = facts.topology;
  const auto fenced = static_cast<std::size_t>(std::ranges::count_if(
      facts.reports, [](const auto& entry) { return !entry.second.fenced.empty(); }));
  Tone tone = topology.problems.empty() ? Tone::kGood : Tone::kBad;
  std::string text =
      topology.problems.empty() ? "healthy" : Count(topology.problems.size(), "problem");
  if (fenced > 0) {
    text += ", " + Count(fenced, "member") + " fenced";
    tone = Tone::kBad;
  }
  if (!topology.warnings.empty()) {
    text += ", " + Count(topology.warnings.size(), "warning");
    if (tone == Tone::kGood) tone = Tone::kUneasy;
  }
  return Toned(text, tone, style);
}

/// One line for each thing that somebody should know, the worst first.
std::string PrintWords(const StatusFacts& facts, const TextStyle& style) {
  std::string text;
  const auto add = [&](std::string_view mark, Tone tone, const std::string& words) {
    text += Toned(mark, tone, style) + " " + Shown(words, style) + "\n";
  };
  for (const std::string& problem : facts.topology.problems) add("!", Tone::kBad, problem);
  for (const std::string& warning : facts.topology.warnings) {
    add("warning:", Tone::kUneasy, warning);
  }
  for (const TopologyRow& row : facts.topology.rows) {
    if (row.fence_evidence.empty() || row.fence_evidence == kKernelEvidence) continue;
    add("note:", Tone::kQuiet,
        std::format("the fencing of {} looks at {}; it notices a cut after two to three seconds",
                    row.member.ToString(), row.fence_evidence));
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string PrintStatus(const StatusFacts& facts, bool wide, const TextStyle& style) {
  std::string text =
      std::format("release {} in namespace {}: {}: {}  {}\n\n",
                  Toned(Shown(facts.settings.release, style), Tone::kStrong, style),
                  Shown(facts.settings.name_space, style), facts.settings.layout.ToString(),
                  VerdictOf(facts, style), Toned(facts.time, Tone::kQuiet, style));
  text += PrintTable(facts, MainColumns(), true, style);
  if (wide) {
    text += "\n" + PrintTable(facts, WideColumns(), false, style) + PrintDenials(facts, style);
  }
  return text + PrintWords(facts, style);
}

}  // namespace bowline
