#include "plan/common/stuck.h"

namespace bowline {
namespace {

// A look each 1.5 s at the latest, of 0.9 s at the longest (apply/common/live state.cc).
constexpr StuckJudge::Time kLate{5000};

}  // namespace

void StuckJudge::Started() { replied_.reset(); }

Silence StuckJudge::Look(Time now, Heard heard) {
  const bool late = now - looked_ > kLate;
  looked_ = now;
  if (heard == Heard::kReply || (late && replied_)) replied_ = turned_ = now;
  if (heard == Heard::kLoop) turned_ = now;
  if (!replied_ || after_ == Time(0)) return Silence::kNone;
  if (now - turned_ >= after_) return Silence::kStuck;
  return now - *replied_ >= after_ ? Silence::kPaused : Silence::kNone;
}

}  // namespace bowline
