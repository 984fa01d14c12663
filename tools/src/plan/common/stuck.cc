#include "plan/common/stuck.h"

#include "base/timing.h"

namespace bowline {
void StuckJudge::Started() { replied_.reset(); }

Silence StuckJudge::Look(Time now, Heard heard) {
  const bool late = now - looked_ > kLooksInterrupted;
  looked_ = now;
  if (heard == Heard::kReply || (late && replied_)) replied_ = turned_ = now;
  if (heard == Heard::kLoop) turned_ = now;
  if (!replied_ || after_ == Time(0)) return Silence::kNone;
  if (now - turned_ >= after_) return Silence::kStuck;
  return now - *replied_ >= after_ ? Silence::kPaused : Silence::kNone;
}

}  // namespace bowline
