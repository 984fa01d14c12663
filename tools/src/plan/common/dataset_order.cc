#include "plan/common/dataset_order.h"

#include "model/nodes_conf.h"

namespace bowline {

std::uint64_t TermOf(const Card& card) {
  if (!card.engine.answers || card.engine.view.empty()) return card.term;
  const auto view = ParseClusterNodes(card.engine.view);
  return view ? LeadEpoch(*view) : card.term;
}

ReplicationMark PositionOf(const EngineInfo& info, std::uint64_t term) {
  return {.replication_id = info.replication_id,
          .offset = info.offset,
          .previous_id = info.previous_id,
          .previous_offset = info.previous_offset,
          .term = term};
}

std::optional<ReplicationMark> MarkOf(const Card& card) {
  if (!card.engine.answers) return card.mark;
  return PositionOf(card.engine.info, card.term);
}

History CompareByHistory(const Card& first, const Card& second) {
  if (first.HasData() != second.HasData()) {
    return first.HasData() ? History::kNewer : History::kOlder;
  }
  if (!first.HasData()) return History::kSame;
  const std::uint64_t a = TermOf(first);
  const std::uint64_t b = TermOf(second);
  if (a != b && a != 0 && b != 0) return a > b ? History::kNewer : History::kOlder;
  const auto mark = MarkOf(first);
  const auto other = MarkOf(second);
  return mark && other ? CompareHistories(*mark, *other) : History::kUnknown;
}

History CompareDatasets(const Card& first, const Card& second) {
  const History history = CompareByHistory(first, second);
  if (history != History::kUnknown) return history;
  if (first.dataset_modified == second.dataset_modified) return History::kSame;
  return first.dataset_modified > second.dataset_modified ? History::kNewer : History::kOlder;
}

}  // namespace bowline
