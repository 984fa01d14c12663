#include "apply/common/last_steps.h"

#include "base/timing.h"

namespace bowline {
namespace {

constexpr const char* kSync = "appendfsync";

}  // namespace

Status WriteThrough(RespClient& engine, Deadline deadline) {
  ASSIGN_OR_RETURN(const ConfigFields fields, engine.ConfigGet({kSync}, deadline));
  const auto sync = fields.find(kSync);
  if (sync == fields.end() || sync->second != "everysec") return {};
  return engine.ConfigSet(kSync, "no", deadline);
}

Status NoteEnd(RespClient& engine, PositionKeeper& positions, const AddressBook& addresses,
               Deadline deadline) {
  ASSIGN_OR_RETURN(EngineInfo info, engine.Info(deadline));
  if (info.primary) {
    RETURN_IF_ERROR(engine.PauseWrites(kLastPause, deadline));
    ASSIGN_OR_RETURN(info, engine.Info(deadline));
  }
  positions.SaveLast(info, addresses);
  return {};
}

}  // namespace bowline
