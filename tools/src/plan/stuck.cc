#include "plan/stuck.h"

namespace bowline {
namespace {

// A look each 1.5 s at the latest, of 0.7 s at the longest (apply/board.cc).
constexpr StuckJudge::Time kLate{5000};

}  // namespace

void StuckJudge::Started() { silent_since_.reset(); }

bool StuckJudge::Look(Time now, bool replied) {
  const bool late = now - looked_ > kLate;
  looked_ = now;
  if (replied || (late && silent_since_)) {
    silent_since_ = now;
    return false;
  }
  return silent_since_ && now - *silent_since_ >= kStuckAfter;
}

}  // namespace bowline
