#include "apply/common/position_keeper.h"

#include "apply/common/volume_io.h"
#include "plan/common/dataset_order.h"
#include "plan/common/sync_proof.h"

namespace bowline {

void PositionKeeper::Save(const EngineInfo& info, std::uint64_t epoch,
                          const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  if (!last_) Write(info, epoch, addresses, false);
}

void PositionKeeper::SaveLast(const EngineInfo& info, const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  if (!position_.replication_id.empty()) Write(info, position_.epoch, addresses, true);
  last_ = true;
}

void PositionKeeper::Write(const EngineInfo& info, std::uint64_t epoch,
                           const AddressBook& addresses, bool exact) {
  if (!info.primary && !info.link_up) return;
  ReplicationPosition position = PositionOf(info, epoch);
  position.exact = exact;
  if (info.primary) position.in_sync = ReplicasInSync(info, addresses);
  if (position == position_) return;
  position_ = position;
  SavePosition(data_, position);
}

}  // namespace bowline
