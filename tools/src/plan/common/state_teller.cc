#include "plan/common/state_teller.h"

#include <algorithm>

#include "plan/common/pause.h"

namespace bowline {

void StateTeller::Read(Time now, const RecordedState& recorded) {
  if (recorded_ == recorded) return;
  if (mine_ != recorded) changed_ = now;
  recorded_ = recorded;
}

StateTeller::Time StateTeller::QuietFor(const ReleaseLook& look) const {
  const auto by = MemberName::Parse(recorded_->by);
  const bool heard = !by || std::ranges::contains(look.heard, *by);
  // A lower member that is not heard here has written over it: it is well, and hears more.
  const bool overruled = mine_ && mine_ != recorded_ && !heard && *by < self_;
  if (overruled) return kStale;
  const bool formed =
      !recorded_->state.empty() && recorded_->state != ReleaseStateName(ReleaseState::kForming);
  if (look.majority || !formed) return Time(0);
  return heard ? kQuiet : kStale;
}

std::optional<RecordedState> StateTeller::Look(Time now, const ReleaseLook& look,
                                               const std::string& time) {
  if (!seen_ || seen_->state != look.state) seen_since_ = now;
  seen_ = look;
  if (!recorded_ || now - seen_since_ < kSettles) return std::nullopt;
  if (now - changed_ < QuietFor(look)) return std::nullopt;
  const bool same = recorded_->state == ReleaseStateName(look.state);
  const Time between = Said() && mine_ == recorded_ ? kSaidAgain
                       : same && mine_ == recorded_ ? kBetweenReasons
                                                    : kBetween;
  if (tried_ && now - *tried_ < between) return std::nullopt;
  tried_ = now;
  return RecordedState{.state = std::string(ReleaseStateName(look.state)),
                       .reason = look.reason,
                       .since = same && IsTime(recorded_->since) ? recorded_->since : time,
                       .seen = time,
                       .by = self_.ToString()};
}

void StateTeller::Written(const RecordedState& state) { mine_ = recorded_ = state; }

void StateTeller::Rest() {
  mine_.reset();
  seen_.reset();
}

bool StateTeller::Said() const {
  return seen_ && recorded_ && recorded_->state == ReleaseStateName(seen_->state) &&
         recorded_->reason == seen_->reason && recorded_->by == self_.ToString();
}

}  // namespace bowline
