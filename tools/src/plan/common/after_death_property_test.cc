// The choice after a death, for any history of writes, broken links and looks before it.

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <utility>

#include "plan/common/after_death.h"
#include "plan/common/hold_back.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::k00;
using testing::RunningCluster;

/// A primary, one to three replicas and a second each step: writes, links that break and come back
/// (with a copy of everything), the primary's look at itself, each replica's look at the primary.
class World {
 public:
  explicit World(unsigned seed)
      : random_(seed), cluster({.shards = 3, .replicas_per_shard = 1 + Below(3)}) {
    for (const MemberName member : cluster.layout.OthersOf(k00)) replicas_[member] = {};
    addresses_ = testing::Addresses(cluster.layout);
    for (int i = 1 + Below(40); i > 0; --i) Step();
  }

  [[nodiscard]] std::vector<MemberName> Others() const { return cluster.layout.OthersOf(k00); }

  /// The primary's engine dies, and its PID 1 asks those that are not silent.
  AfterDeathInput Die() {
    AfterDeathInput input{.layout = cluster.layout,
                          .self = k00,
                          .last = last_,
                          .reports = {},
                          .voted_out = {},
                          .data_stays = Below(2) == 0};
    // The primary has begun a history of its own, as after a promotion that no replica has followed
    // yet, or goes on with that of its replicas under a new name.
    if (Below(6) == 0) input.last->replication_id = "another";
    if (Below(6) == 0) {
      input.last->previous_id = std::exchange(input.last->replication_id, "renamed");
      input.last->previous_offset = input.last->offset - Below(4);
    }
    cluster.Silence(k00);
    for (const MemberName member : Others()) {
      if (Below(4) == 0) {
        cluster.Silence(member);
        continue;
      }
      const Replica& replica = replicas_.at(member);
      Report& report = cluster.Of(member);
      EngineInfo& info = report.engine.info;
      info.offset = replica.offset;
      info.link_up = false;
      info.link_down_seconds = replica.broken_for;
      report.missed_seconds = replica.hold.missed_seconds();
      if (Below(6) == 0) info.replication_id = "foreign";
      if (Below(6) == 0) {  // it has led since, or followed another one that has
        info.previous_id = std::exchange(info.replication_id, "later");
        info.previous_offset = info.offset - Below(4);
      }
      if (Below(6) == 0) input.voted_out.push_back(member);
    }
    input.reports = cluster.reports;
    input.waited = std::chrono::milliseconds(Below(2) * 3000);
    input.asked = std::max(input.waited, kReportAge);
    if (Below(4) == 0) {  // asked in the moment of the death
      input.asked = input.waited = std::chrono::milliseconds(0);
      LookEarlier(input.reports);
    }
    return input;
  }
  [[nodiscard]] std::int64_t OffsetOf(MemberName member) const {
    return replicas_.at(member).offset;
  }

 private:
  std::mt19937 random_;

 public:
  RunningCluster cluster;
  std::int64_t seen = 0;  ///< the primary's offset at its last look

 private:
  struct Replica {
    std::int64_t offset = 0;
    std::int64_t broken_for = 0;  ///< seconds; 0: the link is up
    HoldBack hold;
  };

  /// The reports are looks from before the death, a little behind.
  void LookEarlier(Reports& reports) {
    for (auto& [member, report] : reports) report.engine.info.offset -= Below(3);
  }
  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  void Step() {
    now_ += std::chrono::seconds(1);
    offset_ += Below(3) * 10;
    for (auto& [member, replica] : replicas_) {
      const bool was_up = replica.broken_for == 0;
      const bool up = was_up ? Below(8) != 0 : Below(10) == 0;
      replica.broken_for = up ? 0 : replica.broken_for + 1;
      if (up) replica.offset = offset_;
      Look(member, replica);
    }
    LookAtSelf();
    offset_ += Below(3);  // after the look
    for (auto& [member, replica] : replicas_) {
      if (replica.broken_for == 0) replica.offset = offset_;
    }
  }

  /// What apply/common/monitor.cc does with a report that may be lost.
  void Look(MemberName member, Replica& replica) {
    HoldBackLook look{.layout = cluster.layout,
                      .own = cluster.Of(member),
                      .follows = k00,
                      .peers = {},
                      .now = now_};
    look.own.engine.info.link_up = replica.broken_for == 0;
    look.own.engine.info.link_down_seconds = replica.broken_for == 0 ? -1 : replica.broken_for;
    if (Below(3) != 0) look.peers[k00] = cluster.Of(k00);
    CHECK_FALSE(replica.hold.Look(look).take_over);  // the primary runs
  }

  void LookAtSelf() {
    EngineInfo info;
    info.primary = true;
    for (const auto& [member, replica] : replicas_) {
      if (replica.broken_for > 1) continue;  // the engine sees a broken link at once or a bit later
      if (replica.broken_for == 1 && Below(2) == 0) continue;
      info.replicas.push_back({.ip = addresses_.at(member).ip,
                               .port = 6379,
                               .state = "online",
                               .offset = replica.offset,
                               .lag_seconds = static_cast<int>(replica.broken_for)});
    }
    seen = offset_;
    last_ = ReplicationPosition{.replication_id = "history", .offset = offset_, .previous_id = ""};
    last_->in_sync = ReplicasInSync(info, addresses_);
  }

  AddressBook addresses_;
  std::map<MemberName, Replica> replicas_;
  std::int64_t offset_ = 0;
  std::chrono::milliseconds now_{0};
  std::optional<ReplicationPosition> last_;
};

std::int64_t OffsetIn(const AfterDeathInput& input, MemberName member) {
  return input.reports.at(member).engine.info.offset;
}

TEST_CASE("whoever takes over after a death has all that the primary was seen to have") {
  std::map<AfterDeathAction, int> seen;
  for (unsigned seed = 0; seed < 4'000; ++seed) {
    World world(seed);
    const AfterDeathInput input = world.Die();
    const AfterDeathPlan plan = PlanAfterDeath(input);
    CAPTURE(seed, plan.reason);
    ++seen[plan.action];
    const auto heard = [&](MemberName member) { return input.reports.contains(member); };
    const auto lasts = [&](MemberName member) {
      return !std::ranges::contains(input.voted_out, member);
    };
    if (plan.action == AfterDeathAction::kTakeOver) {
      const MemberName target = plan.target->member;
      REQUIRE(heard(target));
      CHECK(world.OffsetOf(target) >= world.seen);
      CHECK(input.reports.at(target).missed_seconds == 0);
      const EngineInfo& info = input.reports.at(target).engine.info;
      CHECK((info.replication_id == "history" || info.previous_id == "history"));
      CHECK(input.last->replication_id == "history");
      for (const MemberName other : world.Others()) {
        if (other == target || !heard(other) ||
            !ProveInSync(input.reports.at(other), input.last).proven)
          continue;
        CHECK(OffsetIn(input, other) <= OffsetIn(input, target));
        if (OffsetIn(input, other) == OffsetIn(input, target)) {
          CHECK((lasts(target) || !lasts(other)));
        }
      }
    } else {
      // Nobody is passed over who is proven.
      for (const MemberName other : world.Others()) {
        if (heard(other)) CHECK_FALSE(ProveInSync(input.reports.at(other), input.last).proven);
      }
      CHECK((plan.action != AfterDeathAction::kWait || input.waited < kSilentPatience));
      CHECK((plan.action != AfterDeathAction::kStartAgain || input.data_stays));
      const bool early = input.asked < kReportAge && !input.reports.empty() &&
                         std::ranges::any_of(world.Others(), heard);
      CHECK((!early || plan.action == AfterDeathAction::kWait));
    }
  }
  for (const AfterDeathAction action : {AfterDeathAction::kTakeOver, AfterDeathAction::kWait,
                                        AfterDeathAction::kStartAgain, AfterDeathAction::kEnd}) {
    CHECK(seen[action] > 50);  // otherwise the worlds are too tame
  }
}

}  // namespace
}  // namespace bowline
