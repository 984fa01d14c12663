#include "apply/common/mark_keeper.h"

#include "apply/common/volume_io.h"
#include "plan/common/dataset_order.h"
#include "plan/common/sync_proof.h"

namespace bowline {

void MarkKeeper::Save(const EngineInfo& info, std::uint64_t term, const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  if (!last_) Write(info, term, addresses, false);
}

void MarkKeeper::SaveLast(const EngineInfo& info, const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  if (!mark_.replication_id.empty()) Write(info, mark_.term, addresses, true);
  last_ = true;
}

void MarkKeeper::Write(const EngineInfo& info, std::uint64_t term, const AddressBook& addresses,
                       bool exact) {
  if (!info.primary && !info.link_up) return;
  ReplicationMark mark = PositionOf(info, term);
  mark.exact = exact;
  if (info.primary) mark.in_sync = ReplicasInSync(info, addresses);
  if (mark == mark_) return;
  mark_ = mark;
  SaveMark(data_, mark);
}

}  // namespace bowline
