#include "plan/common/fence.h"

#include <algorithm>
#include <format>

#include "base/timing.h"

namespace bowline {
namespace {

using Time = FenceJudge::Time;

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

void FenceJudge::CouldNotAsk(Time now) {
  if (!fenced()) began_ = now;
}

Time FenceJudge::ReplicasGood(const FenceGroup& group) const {
  return std::max(began_, replicas_.GoodUntil(group.replicas.size()).value_or(began_));
}

int FenceJudge::VotersHeard(const FenceGroup& group, Time since) const {
  return static_cast<int>(std::ranges::count_if(group.voters, [&](MemberName member) {
    const auto heard = voters_.find(member);
    return heard != voters_.end() && heard->second > since;
  }));
}

bool FenceJudge::InDoubt(const FenceGroup& group, Time now) const {
  return fenced() || now - ReplicasGood(group) >= kFenceDoubt;
}

bool FenceJudge::MustAsk(const FenceGroup& group, Time now) const {
  return InDoubt(group, now) && (!asked_last_ || now - *asked_last_ >= kVoterAskAgain);
}

bool FenceJudge::Judge(const FenceGroup& group, Time now, Time own_calls) {
  if (now - judged_ - own_calls > kFenceInterrupted) CouldNotAsk(now);
  judged_ = now;
  const bool majority = Majority(group, now);
  const Time good = ReplicasGood(group);
  const bool answered = asked_at_ && VotersHeard(group, *asked_at_) >= group.majority;
  if (answered || now - good < kFenceDoubt) asked_at_.reset();
  const bool all = replicas_.GoodUntil(group.replicas.size()).has_value();
  armed_ = armed_ || all || (majority && group.majority > 0);
  const bool answers_due = asked_at_ && now - *asked_at_ >= kVoterAnswer;
  // Once fenced, silence need not be asked for anew: writes that wait are outstanding all the time.
  const bool silent = armed_ && now - good >= kFenceAfter && !majority && (answers_due || fenced());
  if (!fenced()) {
    const Time heard = replicas_.HeardUntil(group.replicas.size()).value_or(contact_);
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
  if (replaced && now - *back_at_ < kFenceSettle) return true;
  fenced_at_.reset();
  back_at_.reset();
  asked_at_.reset();
  return false;
}

std::string FenceJudge::Describe(const FenceGroup& group, Time now) const {
  return std::format(
      "not all {} replicas have acknowledged for {} ms, and {} of {} voters are heard ({} needed)",
      group.replicas.size(), (now - ReplicasGood(group)).count(),
      VotersHeard(group, now - kFenceAfter), group.voters.size(), group.majority);
}

}  // namespace bowline
