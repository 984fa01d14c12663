#include "plan/common/fence.h"

#include <algorithm>
#include <format>

namespace bowline {
namespace {

using Time = FenceJudge::Time;

// A look at which nothing was acknowledged: then the voters have three looks left to be heard.
constexpr Time kDoubtAfter{150};
// So long after it was asked a voter counts as heard: its answer is on its way. A packet that is
// lost is sent again after 200 ms (RFC 6298, Linux' minimum).
constexpr Time kAnswer{250};
constexpr Time kAskAgain{200};
// We did not run in between: starved, frozen, or the machine stood still.
constexpr Time kLate{200};
// Until a server that was replaced meanwhile is made a replica (apply/common/monitor.cc: told
// twice, by looks at the others that are 3 s apart, and 1 s as soon as anything has changed).
constexpr Time kSettle{3000};

}  // namespace

void FenceJudge::Restart(Time now) {
  began_ = judged_ = contact_ = now;
  armed_ = false;
  replicas_.Forget();
  voters_.clear();
  asked_at_.reset();
  asked_last_.reset();
  fenced_at_.reset();
  back_at_.reset();
}

void FenceJudge::Voter(MemberName member, const LinkLook& link, Time now) {
  Time& heard = voters_[member];
  heard = std::max(heard, now - link.since_heard);
}

void FenceJudge::Reached(MemberName member, Time now) { voters_[member] = now; }

void FenceJudge::Asked(Time now) {
  if (!asked_at_) asked_at_ = now;
  asked_last_ = now;
}

void FenceJudge::Deaf(Time now) {
  if (!fenced()) began_ = now;
}

Time FenceJudge::ReplicasGood(const FenceCircle& circle) const {
  return std::max(began_, replicas_.GoodUntil(circle.replicas.size()).value_or(began_));
}

int FenceJudge::VotersHeard(const FenceCircle& circle, Time since) const {
  return static_cast<int>(std::ranges::count_if(circle.voters, [&](MemberName member) {
    const auto heard = voters_.find(member);
    return heard != voters_.end() && heard->second > since;
  }));
}

bool FenceJudge::InDoubt(const FenceCircle& circle, Time now) const {
  return fenced() || now - ReplicasGood(circle) >= kDoubtAfter;
}

bool FenceJudge::MustAsk(const FenceCircle& circle, Time now) const {
  return InDoubt(circle, now) && (!asked_last_ || now - *asked_last_ >= kAskAgain);
}

bool FenceJudge::Judge(const FenceCircle& circle, Time now, Time own_calls) {
  if (now - judged_ - own_calls > kLate) Deaf(now);
  judged_ = now;
  const bool majority = Majority(circle, now);
  const Time good = ReplicasGood(circle);
  const bool answered = asked_at_ && VotersHeard(circle, *asked_at_) >= circle.majority;
  if (answered || now - good < kDoubtAfter) asked_at_.reset();
  const bool all = replicas_.GoodUntil(circle.replicas.size()).has_value();
  armed_ = armed_ || all || (majority && circle.majority > 0);
  const bool answers_due = asked_at_ && now - *asked_at_ >= kAnswer;
  // Once fenced, silence need not be asked for anew: writes that wait are outstanding all the time.
  const bool silent = armed_ && now - good >= kFenceAfter && !majority && (answers_due || fenced());
  if (!fenced()) {
    const Time heard = replicas_.HeardUntil(circle.replicas.size()).value_or(contact_);
    contact_ = std::max(contact_, majority ? now : heard);
    if (silent) fenced_at_ = now;
    return fenced();
  }
  if (silent) {
    back_at_.reset();
    return true;
  }
  if (!back_at_) back_at_ = now;
  const Time cut = std::min(contact_, *fenced_at_ - kFenceAfter);
  const bool replaced = *back_at_ - cut >= replaced_after_;
  if (replaced && now - *back_at_ < kSettle) return true;
  fenced_at_.reset();
  back_at_.reset();
  asked_at_.reset();
  return false;
}

std::string FenceJudge::Describe(const FenceCircle& circle, Time now) const {
  return std::format(
      "not all {} replicas have acknowledged for {} ms, and {} of {} voters are heard ({} needed)",
      circle.replicas.size(), (now - ReplicasGood(circle)).count(),
      VotersHeard(circle, now - kFenceAfter), circle.voters.size(), circle.majority);
}

}  // namespace bowline
