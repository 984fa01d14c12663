// What must hold for any volumes and any reports (rules R2, R3, R9 of the start guard).

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>
#include <utility>

#include "plan/common/dataset_order.h"
#include "plan/common/start.h"
#include "plan/common/sync_proof.h"
#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::RunningCluster;
using testing::TestIdentity;

constexpr std::array kKinds{VolumeKind::kFresh, VolumeKind::kSeeded, VolumeKind::kEmptied,
                            VolumeKind::kData, VolumeKind::kRefused};

/// A cluster in any state: who leads, who runs, who decides, who is silent; and one member that
/// asks.
class Situation {
 public:
  explicit Situation(unsigned seed)
      : random_(seed),
        cluster_({.shards = 3 + Below(2), .replicas_per_shard = Below(4)}),
        self_(AnyMember()) {
    volume_ = AnyVolume();
    for (int i = Below(4); i > 0; --i) cluster_.Lead(AnyMember());
    if (Below(2) == 0) volume_ = AnyVolume();  // its file has seen the last failover
    if (Below(20) == 0) {
      cluster_.Unfounded();
      self_ = {};
      volume_ = RunningCluster::Unknown(self_);
    }
    const int silent = Below(4);
    const int deciding = Below(6);
    for (const MemberName member : cluster_.layout.Members()) {
      if (member == self_ || !cluster_.reports.contains(member)) continue;
      if (Below(6) < silent) {
        cluster_.Silence(member);
      } else if (Below(6) < deciding && cluster_.Of(member).phase == Phase::kRunning) {
        cluster_.Guard(member, AnyKind());
        if (Below(3) == 0) cluster_.Of(member).installation.clear();
      } else if (cluster_.Of(member).phase == Phase::kRunning) {
        Disturb(cluster_.Of(member));
      }
    }
    input = cluster_.Ask(self_, volume_);
    input.waited = std::chrono::milliseconds(Below(6000));
    if (Below(3) == 0) input.record_installation = Below(2) == 0 ? "" : TestIdentity().installation;
  }

  StartInput input;

  [[nodiscard]] bool LeadsByFile() const {
    if (!input.volume.conf) return false;
    const NodeLine& line = *input.volume.conf->Myself();
    return line.role == NodeRole::kPrimary && !line.slots.empty();
  }
  /// Another member of the shard may hold data.
  [[nodiscard]] bool ShardHolds() const {
    for (const auto& [member, report] : input.peers) {
      if (member.shard == self_.shard && report.HasData()) return true;
    }
    return false;
  }
  [[nodiscard]] bool ShardHeard() const {
    const auto shard = input.layout.MembersOf(self_.shard);
    return std::ranges::all_of(shard,
                               [&](MemberName m) { return m == self_ || input.peers.contains(m); });
  }

 private:
  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  VolumeKind AnyKind() { return kKinds.at(static_cast<std::size_t>(Below(kKinds.size()))); }
  MemberName AnyMember() {
    return {.shard = Below(cluster_.layout.shards),
            .ordinal = Below(cluster_.layout.replicas_per_shard + 1)};
  }
  VolumeFacts AnyVolume() {
    VolumeFacts volume = cluster_.Volume(self_, AnyKind());
    if (volume.kind == VolumeKind::kFresh && Below(2) == 0) return RunningCluster::Unknown(self_);
    if (volume.kind == VolumeKind::kData) {
      volume.dataset_modified += Below(41) - 20;
      if (Below(6) == 0) volume.position->replication_id = "foreign";
      if (Below(3) == 0) volume.position->in_sync = SomeOfShard();
      if (Below(2) == 0) volume.position.reset();
    }
    return volume;
  }
  std::vector<MemberName> SomeOfShard() {
    std::vector<MemberName> some = cluster_.layout.OthersOf(self_);
    std::erase_if(some, [&](MemberName) { return Below(3) == 0; });
    return some;
  }
  void Disturb(Report& report) {
    if (Below(2) == 0) return;
    EngineSnapshot& engine = report.engine;
    if (Below(6) == 0) engine.info.replication_id = "foreign";
    if (Below(6) == 0) {
      engine.info.previous_id = std::exchange(engine.info.replication_id, "later");
      engine.info.previous_offset = 990 + Below(20);
    }
    engine.info.loading = Below(4) == 0;
    engine.info.link_up = engine.info.link_up && Below(3) != 0;
    if (!engine.info.link_up) engine.info.link_down_seconds = Below(100) - 1;
    engine.info.offset = 990 + Below(20);
    report.dataset_modified += Below(41) - 20;
    if (Below(3) == 0) engine.view = {};
    if (Below(4) == 0) engine.keys = 0;
    if (Below(4) == 0) report.held = false;
    if (Below(4) == 0) report.volume = VolumeKind::kFresh;
    if (Below(5) == 0) engine = EngineSnapshot{.problem = "BUSY"};
    if (Below(8) == 0) report.phase = Phase::kStopping;
  }

  std::mt19937 random_;
  RunningCluster cluster_;
  MemberName self_;
  VolumeFacts volume_;
};

constexpr unsigned kSituations = 600;

std::string Show(const StartPlan& plan) {
  return std::format("{}: {}", StartActionName(plan.action), plan.reason);
}

TEST_CASE("an empty member never leads while another member of its shard may hold data (R3)") {
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    const Situation at(seed);
    const StartPlan plan = PlanStart(at.input);
    CAPTURE(seed, Show(plan));
    if (at.input.volume.kind == VolumeKind::kData || !at.ShardHolds()) continue;
    CHECK(plan.action != StartAction::kSeed);
    CHECK(plan.action != StartAction::kLead);
    CHECK((plan.action != StartAction::kResume || !at.LeadsByFile()));
  }
}

TEST_CASE("an empty member never leads while another member of its shard is silent (R2, R3)") {
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    const Situation at(seed);
    const StartPlan plan = PlanStart(at.input);
    CAPTURE(seed, Show(plan));
    if (at.input.volume.kind == VolumeKind::kData || at.ShardHeard()) continue;
    CHECK(plan.action != StartAction::kSeed);
    CHECK(plan.action != StartAction::kFound);
    CHECK(plan.action != StartAction::kLead);
    CHECK((plan.action != StartAction::kResume || !at.LeadsByFile()));
  }
}

TEST_CASE("silence alone leads to nothing but what the own volume says (R2)") {
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    Situation at(seed);
    at.input.peers.clear();
    at.input.waited = std::chrono::hours(100);
    const StartPlan plan = PlanStart(at.input);
    CAPTURE(seed, Show(plan));
    const bool has_data = at.input.volume.kind == VolumeKind::kData;
    switch (plan.action) {
      case StartAction::kWait:
      case StartAction::kRefuse:
      case StartAction::kAdopt:  // from the record: it starts nothing
        break;
      case StartAction::kResume:
        CHECK((has_data || !at.LeadsByFile() || at.ShardHeard()));  // a shard of one member
        break;
      default:
        FAIL("a decision out of silence");
    }
  }
}

TEST_CASE("every plan is complete, has its reason, and is the same again") {
  std::map<StartAction, int> seen;
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    const Situation at(seed);
    const StartPlan plan = PlanStart(at.input);
    ++seen[plan.action];
    CAPTURE(seed, Show(plan));
    CHECK_FALSE(plan.reason.empty());
    const StartPlan again = PlanStart(at.input);
    CHECK(Show(plan) == Show(again));
    CHECK(plan.target == again.target);
    CHECK(plan.source == again.source);
    if (plan.action == StartAction::kAdopt) CHECK_FALSE(plan.installation.empty());
    if (plan.action == StartAction::kFollow || plan.action == StartAction::kLead) {
      REQUIRE(plan.source);
      CHECK(at.input.peers.at(*plan.source).engine.answers);
      REQUIRE(plan.target);
      CHECK((*plan.target == at.input.self) == (plan.action == StartAction::kLead));
      CHECK(plan.target->shard == at.input.self.shard);
    }
    if (plan.action != StartAction::kHandOver) continue;
    REQUIRE(plan.target);
    const Report& target = at.input.peers.at(*plan.target);
    CHECK(target.member.shard == at.input.self.shard);
    CHECK((target.phase == Phase::kRunning && target.engine.answers && target.HasData()));
    CHECK_FALSE(target.engine.info.loading);
    CHECK((!plan.without_quorum || at.ShardHeard()));
  }
  for (const StartAction action :
       {StartAction::kWait, StartAction::kRefuse, StartAction::kFound, StartAction::kAdopt,
        StartAction::kResume, StartAction::kFollow, StartAction::kLead, StartAction::kHandOver}) {
    CAPTURE(StartActionName(action));
    CHECK(seen[action] > 0);  // otherwise the situations are too tame
  }
}

/// Of a shard whose primary is gone: may `target` lead, by what the others tell?
void CheckTarget(const StartInput& input, const StartPlan& plan) {
  const Report& target = input.peers.at(*plan.target);
  if (ProveInSync(target, input.volume.position).proven) return;
  if (input.volume.kind == VolumeKind::kData) {  // D7
    CHECK(IsNewer(target, input.volume));
    for (const auto& [member, other] : input.peers) {
      const bool counts = member.shard == input.self.shard && IsNewer(other, input.volume);
      CHECK((!counts || CompareByHistory(other, target) != History::kNewer));
    }
    return;
  }
  CHECK(plan.warning);  // E1a, E1b
  for (const MemberName member : input.layout.OthersOf(input.self)) {
    const auto other = input.peers.find(member);
    if (other == input.peers.end() || member == *plan.target) continue;
    const bool newer = CompareByHistory(other->second, target) == History::kNewer;
    CHECK_FALSE((newer && CanTakeOver(other->second)));
    CHECK_FALSE((newer && input.waited < input.stale_after));
  }
  const bool sure = Silent(input.peers, input.layout.OthersOf(input.self)).empty() &&
                    !ProveInSync(target, input.volume.position).misses;
  CHECK((sure || input.waited >= input.stale_after));
}

TEST_CASE("who takes over is proven to be in sync, or nobody who is heard is newer (R4, R5)") {
  int handed_over = 0;
  int unproven = 0;
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    Situation at(seed);
    if (seed % 2 == 0) at.input.waited += at.input.stale_after;
    const StartPlan plan = PlanStart(at.input);
    if (plan.action != StartAction::kHandOver) continue;
    CAPTURE(seed, Show(plan));
    REQUIRE(plan.target);
    CheckTarget(at.input, plan);
    ++handed_over;
    const Report& target = at.input.peers.at(*plan.target);
    if (!ProveInSync(target, at.input.volume.position).proven) ++unproven;
  }
  CHECK(handed_over > 0);  // otherwise the situations are too tame
  CHECK(unproven > 0);
}

TEST_CASE("a refused volume is never touched (R9)") {
  for (unsigned seed = 0; seed < kSituations; ++seed) {
    Situation at(seed);
    at.input.volume.kind = VolumeKind::kRefused;
    at.input.volume.reason = "cut";
    CHECK(PlanStart(at.input).action == StartAction::kRefuse);
  }
}

/// Everybody of a cluster decides at once, each from all others' reports.
TEST_CASE("of the same reports, no two members conclude who leads one shard differently") {
  std::mt19937 random(3);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  for (int i = 0; i < 400; ++i) {
    RunningCluster cluster({.shards = 3, .replicas_per_shard = 1 + below(2)});
    const auto any = [&] {
      return MemberName{.shard = below(3), .ordinal = below(cluster.layout.replicas_per_shard + 1)};
    };
    for (int lead = below(4); lead > 0; --lead) cluster.Lead(any());
    std::map<MemberName, VolumeFacts> deciding;
    for (const MemberName member : cluster.layout.Members()) {
      if (below(3) == 0) continue;
      const VolumeKind kind = kKinds.at(static_cast<std::size_t>(below(4)));
      deciding[member] = cluster.Volume(member, kind);
      cluster.Guard(member, kind);
      cluster.Of(member).epoch = deciding[member].Epoch();
    }
    std::map<int, int> leaders;
    std::map<int, std::set<MemberName>> targets;
    for (auto& [member, report] : cluster.reports) {
      if (report.phase != Phase::kRunning) continue;
      report.engine.info.offset = 990 + below(20);
      if (below(6) == 0) report.engine.info.replication_id = "foreign";
      if (below(8) == 0) report.missed_seconds = 1 + below(9);
      if (below(8) == 0) report.engine.info.loading = true;
    }
    std::string story;
    for (const auto& [member, volume] : deciding) {
      StartInput input = cluster.Ask(member, volume);
      input.waited = std::chrono::hours(1);
      const StartPlan plan = PlanStart(input);
      story +=
          std::format("{} {} {}\n", member.ToString(), VolumeKindName(volume.kind), Show(plan));
      const bool by_file = volume.conf && volume.conf->Myself()->role == NodeRole::kPrimary;
      const bool leads = plan.action == StartAction::kLead ||
                         (plan.action == StartAction::kSeed && member.ordinal == 0) ||
                         (plan.action == StartAction::kResume && by_file);
      leaders[member.shard] += leads ? 1 : 0;
      if (plan.action == StartAction::kHandOver) targets[member.shard].insert(*plan.target);
    }
    CAPTURE(i, story);
    for (const auto& [shard, count] : leaders) CHECK(count <= 1);
    for (const auto& [shard, some] : targets) {
      CHECK(some.size() <= 1);
      CHECK(leaders[shard] == 0);
    }
  }
}

}  // namespace
}  // namespace bowline
