#include "apply/mark_keeper.h"

#include "apply/volume_io.h"

namespace bowline {

void MarkKeeper::Save(const EngineInfo& info, std::uint64_t term) {
  const std::scoped_lock lock(mutex_);
  if (!last_) Write(info, term);
}

void MarkKeeper::SaveLast(const EngineInfo& info) {
  const std::scoped_lock lock(mutex_);
  if (!mark_.replication_id.empty()) Write(info, mark_.term);
  last_ = true;
}

void MarkKeeper::Write(const EngineInfo& info, std::uint64_t term) {
  if (!info.primary && !info.link_up) return;
  const ReplicationMark mark{.replication_id = info.replication_id,
                             .offset = info.offset,
                             .previous_id = info.previous_id,
                             .previous_offset = info.previous_offset,
                             .term = term};
  if (mark == mark_) return;
  mark_ = mark;
  SaveMark(data_, mark);
}

}  // namespace bowline
