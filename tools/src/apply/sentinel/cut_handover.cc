#include "apply/sentinel/cut_handover.h"

#include "apply/common/handover_undo.h"
#include "apply/common/volume_io.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kCallTimeout{1000};

}  // namespace

void CutHandover::Look(bool leads, std::uint64_t epoch, Milliseconds patience) {
  const auto note = leads ? LoadHandoverNote(data_) : std::nullopt;
  if (!note || note->epoch <= epoch) {
    since_.reset();
    return;
  }
  if (!since_) since_ = std::chrono::steady_clock::now();
  if (Since(*since_) < patience) return;
  const Status settled = Settle(*note);
  if (!settled) {
    LogWarning("a handover was cut off", {{"err", settled.error().ToString()}});
    return;
  }
  since_.reset();
  events_.Emit("Repair", std::format("a handover to {} was cut off and nothing came of it: writes "
                                     "go on here",
                                     note->to.ToString()));
}

Status CutHandover::Settle(const HandoverNote& note) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient engine, RespClient::Connect("127.0.0.1", port_, login_(), deadline));
  return UndoHandover(engine, {.min_replicas = note.min_replicas, .note_on = data_, .resume = true},
                      deadline);
}

}  // namespace bowline
