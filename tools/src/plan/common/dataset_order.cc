#include "plan/common/dataset_order.h"

namespace bowline {

std::uint64_t EpochOf(const Report& report) {
  const EngineSnapshot& engine = report.engine;
  const bool told = engine.answers && engine.view.Myself() != nullptr;
  return told ? engine.view.LeadEpoch() : report.epoch;
}

ReplicationPosition PositionOf(const EngineInfo& info, std::uint64_t epoch) {
  return {.replication_id = info.replication_id,
          .offset = info.offset,
          .previous_id = info.previous_id,
          .previous_offset = info.previous_offset,
          .epoch = epoch};
}

std::optional<ReplicationPosition> PositionOf(const Report& report) {
  if (!report.engine.answers) return report.position;
  return PositionOf(report.engine.info, report.epoch);
}

History CompareByHistory(const Report& first, const Report& second) {
  if (first.HasData() != second.HasData()) {
    return first.HasData() ? History::kNewer : History::kOlder;
  }
  if (!first.HasData()) return History::kSame;
  const std::uint64_t a = EpochOf(first);
  const std::uint64_t b = EpochOf(second);
  if (a != b && a != 0 && b != 0) return a > b ? History::kNewer : History::kOlder;
  const auto position = PositionOf(first);
  const auto other = PositionOf(second);
  return position && other ? CompareHistories(*position, *other) : History::kUnknown;
}

History CompareDatasets(const Report& first, const Report& second) {
  const History history = CompareByHistory(first, second);
  if (history != History::kUnknown) return history;
  if (first.dataset_modified == second.dataset_modified) return History::kSame;
  return first.dataset_modified > second.dataset_modified ? History::kNewer : History::kOlder;
}

}  // namespace bowline
