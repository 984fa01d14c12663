#include "plan/fence.h"

#include <algorithm>
#include <format>

#include "model/nodes_conf.h"

namespace bowline {
namespace {

using Time = FenceJudge::Time;

// One look without a replica: then the other replicas and the voters have three looks left.
constexpr Time kDoubtAfter{150};
// We did not run in between: starved, frozen, or the machine stood still.
constexpr Time kLate{200};
// Until a server that was replaced meanwhile is made a replica (apply/monitor.cc: told twice, by
// looks at the others that are 3 s apart, and 1 s as soon as anything has changed).
constexpr Time kSettle{3000};

std::vector<MemberName> OtherPrimaries(const Layout& layout, const Identity& identity,
                                       MemberName self, const NodesConf& view) {
  std::vector<MemberName> primaries;
  for (int shard = 0; shard < layout.shards; ++shard) {
    if (shard == self.shard) continue;
    for (const MemberName member : layout.MembersOf(shard)) {
      const NodeLine* line = view.Find(identity.NodeIdOf(member));
      if (line == nullptr || line->role != NodeRole::kPrimary || line->slots.empty()) continue;
      primaries.push_back(member);
    }
  }
  return primaries;
}

}  // namespace

FenceCircle CircleOf(const Layout& layout, const Identity& identity, MemberName self,
                     std::string_view view) {
  FenceCircle circle;
  circle.replicas = layout.MembersOf(self.shard);
  std::erase(circle.replicas, self);
  if (layout.mode == Mode::kSentinel) {
    circle.voters = layout.Sentinels();
    circle.majority = layout.sentinels / 2 + 1;
    return circle;
  }
  const auto nodes = ParseClusterNodes(view);
  if (!nodes) return circle;
  circle.voters = OtherPrimaries(layout, identity, self, *nodes);
  circle.majority = (static_cast<int>(circle.voters.size()) + 1) / 2;
  return circle;
}

void FenceJudge::Restart(Time now) {
  began_ = judged_ = now;
  heard_.clear();
  fenced_at_.reset();
  back_at_.reset();
}

void FenceJudge::Reached(MemberName member, Time now) {
  const auto known = std::ranges::find(heard_, member, &Heard::member);
  if (known == heard_.end()) {
    heard_.push_back({.member = member, .at = now});
  } else {
    known->at = now;
  }
}

void FenceJudge::Deaf(Time now) {
  if (!fenced()) began_ = now;
}

Time FenceJudge::HeardAt(MemberName member) const {
  const auto known = std::ranges::find(heard_, member, &Heard::member);
  return known == heard_.end() ? began_ : std::max(began_, known->at);
}

Time FenceJudge::ReplicaHeardAt(const FenceCircle& circle) const {
  Time last = began_;
  for (const MemberName member : circle.replicas) last = std::max(last, HeardAt(member));
  return last;
}

int FenceJudge::VotersHeard(const FenceCircle& circle, Time now) const {
  return static_cast<int>(std::ranges::count_if(
      circle.voters, [&](MemberName member) { return now - HeardAt(member) < kFenceAfter; }));
}

bool FenceJudge::InDoubt(const FenceCircle& circle, Time now) const {
  return now - ReplicaHeardAt(circle) >= kDoubtAfter;
}

MemberName FenceJudge::HeardLast(const FenceCircle& circle) const {
  return *std::ranges::max_element(circle.replicas, {},
                                   [this](MemberName member) { return HeardAt(member); });
}

bool FenceJudge::Judge(const FenceCircle& circle, Time now) {
  if (now - judged_ > kLate) Deaf(now);
  judged_ = now;
  const bool silent =
      now - ReplicaHeardAt(circle) >= kFenceAfter && VotersHeard(circle, now) < circle.majority;
  if (!fenced()) {
    if (silent) fenced_at_ = now;
    return fenced();
  }
  if (silent) {
    back_at_.reset();
    return true;
  }
  if (!back_at_) back_at_ = now;
  const bool replaced = *back_at_ - *fenced_at_ + kFenceAfter >= replaced_after_;
  if (!replaced || now - *back_at_ >= kSettle) Restart(now);
  return fenced();
}

std::string FenceJudge::Describe(const FenceCircle& circle, Time now) const {
  return std::format("no replica (of {}) reached for {} ms, and {} of {} voters ({} needed)",
                     circle.replicas.size(), (now - ReplicaHeardAt(circle)).count(),
                     VotersHeard(circle, now), circle.voters.size(), circle.majority);
}

}  // namespace bowline
