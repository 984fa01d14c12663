#include "plan/common/status_cells.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <vector>

#include "base/parse.h"
#include "plan/common/certificate.h"
#include "plan/common/last_copy.h"
#include "plan/common/units.h"

namespace bowline {
namespace {

constexpr std::int64_t kFullPercent = 90;

/// Of what the replica's primary lists.
int AcknowledgedSeconds(const TopologyRow& row, const Topology& topology, const Reports& reports) {
  int seconds = -1;
  for (const TopologyRow& other : topology.rows) {
    const auto report = reports.find(other.member);
    if (other.role != "primary" || other.member.shard != row.member.shard ||
        report == reports.end()) {
      continue;
    }
    for (const ReplicaEntry& entry : report->second.engine.info.replicas) {
      if (entry.ip == row.address && entry.lag_seconds >= 0) seconds = entry.lag_seconds;
    }
  }
  return seconds;
}

/// A member of an older version tells the percentage alone.
std::string FigureOf(const Report& report, Work work, double percent) {
  const Progress* progress = FindWork(report.engine.progress, work);
  return progress == nullptr ? std::format("{:.0f}%", percent) : AmountText(*progress);
}

/// The state with the figure that tells how long it lasts, or how far it is.
std::string WithFigure(const TopologyRow& row, const Report& report) {
  const EngineInfo& info = report.engine.info;
  if (row.state == "loading") {
    return row.state + " " + FigureOf(report, Work::kLoading, info.loading_percent);
  }
  if (row.state == "syncing") {
    return row.state + " " + FigureOf(report, Work::kFullCopy, info.sync_percent);
  }
  if (row.state == "link down" && info.link_down_seconds >= 0) {
    return "link down for " + SpanText(info.link_down_seconds);
  }
  return row.state;
}

Tone ToneOf(const std::string& state) {
  if (state == "ok") return Tone::kGood;
  constexpr std::array<std::string_view, 5> kPassing{"guard", "loading", "syncing", "stopping",
                                                     "failing over"};
  return std::ranges::contains(kPassing, state) ? Tone::kUneasy : Tone::kBad;
}

/// What holds beside the state of the engine.
std::vector<std::string> NotesOf(const Report& report, const std::string& time) {
  std::vector<std::string> notes;
  if (report.missed_seconds > 0) {
    notes.push_back("held back, it has missed writes for " + SpanText(report.missed_seconds));
  }
  if (!report.damage.empty()) notes.push_back("its dataset is damaged: " + report.damage);
  if (!report.last_copy.empty()) notes.emplace_back("last copy");
  if (report.configured && !report.configured->holds) {
    notes.push_back("settings: " + report.configured->reason);
  }
  if (report.pause && report.pause->OnAt(time)) notes.emplace_back("paused");
  return notes;
}

}  // namespace

GridCell LagCell(const TopologyRow& row, const Topology& topology, const Reports& reports) {
  if (row.role != "replica") return {};
  const int seconds = AcknowledgedSeconds(row, topology, reports);
  GridCell cell{.text = row.lag < 0 ? "?" : BytesText(row.lag)};
  if (seconds >= 0) cell.text += std::format(" {}s", seconds);
  if (seconds > kInSyncLagSeconds) cell.tone = Tone::kUneasy;
  return cell;
}

GridCell MemoryCell(const EngineFacts& facts) {
  if (facts.used_memory < 0) return {};
  GridCell cell{.text = BytesText(facts.used_memory)};
  if (facts.max_memory <= 0) return cell;
  const auto percent = static_cast<std::int64_t>(100 * static_cast<double>(facts.used_memory) /
                                                 static_cast<double>(facts.max_memory));
  cell.text += std::format("/{} {}%", BytesText(facts.max_memory), percent);
  if (percent >= kFullPercent) cell.tone = Tone::kUneasy;
  return cell;
}

GridCell StateCell(const TopologyRow& row, const Report* report, const std::string& time) {
  GridCell cell{.text = row.state, .tone = ToneOf(row.state)};
  if (report == nullptr) return cell;
  cell.text = WithFigure(row, *report);
  if (!row.reason.empty()) cell.text += ": " + row.reason;
  if (!report->fenced.empty()) {
    const std::string fenced = "fenced, its writes are paused: " + report->fenced;
    cell = {.text = row.state == "ok" ? fenced : cell.text + "; " + fenced, .tone = Tone::kBad};
  }
  for (const std::string& note : NotesOf(*report, time)) {
    cell.text += "; " + note;
    if (cell.tone == Tone::kGood) cell.tone = Tone::kUneasy;
  }
  return cell;
}

GridCell PersistenceCell(const EngineFacts& facts, std::int64_t now,
                         const std::vector<Progress>& works) {
  std::vector<std::string> parts;
  GridCell cell;
  if (facts.append_only) {
    parts.emplace_back(facts.append_ok ? "aof" : "aof fails");
    if (!facts.append_ok) cell.tone = Tone::kBad;
  }
  if (facts.saved_at >= 0) {
    const std::string age = SpanText(std::max<std::int64_t>(0, now - facts.saved_at)) + " ago";
    parts.push_back(facts.snapshot_ok ? "rdb " + age : "rdb fails, last " + age);
    if (!facts.snapshot_ok) cell.tone = Tone::kBad;
  }
  if (facts.unsaved_changes > 0) {
    parts.push_back(std::format("{} changed since", facts.unsaved_changes));
  }
  const Progress* rewrite = FindWork(works, Work::kRewrite);
  const Progress* saving = rewrite != nullptr ? rewrite : FindWork(works, Work::kSave);
  if (saving != nullptr) {
    parts.push_back("saves now: " + AmountText(*saving));
  } else if (facts.saves) {
    parts.emplace_back("saves now");
  }
  cell.text = Join(parts);
  return cell;
}

GridCell CertificateCell(std::int64_t ends, std::int64_t now) {
  if (ends == 0) return {};
  const auto day = std::chrono::sys_seconds(std::chrono::seconds(ends));
  if (ends <= now) return {.text = std::format("{:%F} (ended)", day), .tone = Tone::kBad};
  return {.text = std::format("{:%F} ({})", day, SpanText(ends - now)),
          .tone = TellCertificate(ends, now) ? Tone::kUneasy : Tone::kPlain};
}

}  // namespace bowline
