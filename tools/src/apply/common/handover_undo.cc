#include "apply/common/handover_undo.h"

#include "apply/common/volume_io.h"

namespace bowline {

Status UndoHandover(RespClient& engine, const HandoverUndo& undo, Deadline deadline) {
  if (undo.min_replicas > 0) {
    RETURN_IF_ERROR(
        engine.ConfigSet(kMinReplicasToWrite, std::to_string(undo.min_replicas), deadline));
  }
  if (!undo.note_on.empty()) RETURN_IF_ERROR(DropHandoverNote(undo.note_on));
  return undo.resume ? engine.ResumeWrites(deadline) : Status();
}

}  // namespace bowline
