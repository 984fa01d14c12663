#include "plan/standalone/rules.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::TestIdentity;

constexpr MemberName kSelf{.shard = 0, .ordinal = 0, .kind = MemberKind::kServer};

/// The only server, which knows its installation.
StartInput Start(VolumeKind kind) {
  StartInput input{.layout = Layout::Standalone(), .self = kSelf};
  input.volume.kind = kind;
  input.volume.state.identity = TestIdentity();
  input.volume.state.member = kSelf.ToString();
  return input;
}

StartPlan Plan(const StartInput& input) { return PlanStart(input, StandaloneRules()); }

ProbeInput Running(bool primary) {
  const Report report = testing::RunningReport(kSelf);
  ProbeInput input{.phase = Phase::kRunning, .engine = report.engine, .answer = report.engine};
  input.layout = Layout::Standalone();
  input.self = kSelf;
  input.engine.info.primary = primary;
  input.engine.info.link_up = !primary;
  return input;
}

TEST_CASE("the only server leads with what it has, and says when that is nothing") {
  CHECK(Plan(Start(VolumeKind::kData)).action == StartAction::kResume);
  CHECK_FALSE(Plan(Start(VolumeKind::kData)).warning);
  CHECK(Plan(Start(VolumeKind::kFresh)).action == StartAction::kResume);
  CHECK_FALSE(Plan(Start(VolumeKind::kFresh)).warning);
  const StartPlan emptied = Plan(Start(VolumeKind::kEmptied));
  CHECK(emptied.action == StartAction::kResume);
  CHECK(emptied.warning);
  CHECK(emptied.reason.contains("starting empty"));
}

TEST_CASE("after it has given the lead away it waits for the settings of the set, for 30 s") {
  StartInput input = Start(VolumeKind::kData);
  input.volume.handover = HandoverNote{.to = testing::ServerName(1), .epoch = 1};
  CHECK(Plan(input).action == StartAction::kWait);
  CHECK(Plan(input).reason ==
        "by its volume server-1 leads (epoch 1): waiting for the settings of the set, for 30 s");
  input.waited = kHandoverPatience;
  CHECK(Plan(input).action == StartAction::kResume);
  input.waited = std::chrono::milliseconds(0);
  input.volume.position = ReplicationPosition{.epoch = 1};  // it has led since
  CHECK(Plan(input).action == StartAction::kResume);
}

TEST_CASE("it founds its installation, or takes it from the record, and waits for nobody") {
  StartInput input = Start(VolumeKind::kFresh);
  input.volume.state.identity.installation.clear();
  CHECK(Plan(input).action == StartAction::kFound);
  input.record_installation = "of the record";
  const StartPlan adopted = Plan(input);
  CHECK(adopted.action == StartAction::kAdopt);
  CHECK(adopted.installation == "of the record");
}

TEST_CASE("a volume that is refused is not led from") {
  StartInput input = Start(VolumeKind::kRefused);
  input.volume.reason = "nodes.conf is there";
  CHECK(Plan(input).action == StartAction::kRefuse);
}

TEST_CASE("a damaged dataset is cut where that can be done, else it waits for a person") {
  StartInput input = Start(VolumeKind::kData);
  input.volume.damage = DatasetDamage{.what = "cut", .file = "log", .good = 10, .lost = 6};
  REQUIRE(input.volume.damage->CanBeCut());
  const StartPlan cut = Plan(input);
  CHECK(cut.action == StartAction::kResume);
  CHECK(cut.mend);
  input.volume.damage = DatasetDamage{.what = "unreadable"};
  const StartPlan waits = Plan(input);
  CHECK(waits.action == StartAction::kWait);
  CHECK(waits.reason.contains("restore the files"));
}

TEST_CASE("it is ready as soon as its engine answers, whoever is away") {
  CHECK(ReadinessVerdict(Running(true), StandaloneRules()).ok);
  CHECK(ReadinessVerdict(Running(false), StandaloneRules()).text.contains("outside"));
  ProbeInput loading = Running(true);
  loading.engine.info.loading = true;
  CHECK_FALSE(ReadinessVerdict(loading, StandaloneRules()).ok);
  ProbeInput refuses = Running(true);
  refuses.engine.refusal = "MISCONF";
  refuses.refusing = kMayRefuse + std::chrono::milliseconds(1);
  CHECK_FALSE(ReadinessVerdict(refuses, StandaloneRules()).ok);
}

TEST_CASE("its file has no lines of the other modes, and lets sentinels of a later mode in") {
  EngineConfInput input;
  input.settings.layout = Layout::Standalone();
  input.identity = TestIdentity();
  input.secrets = {.password = "one", .replication_password = "two"};
  const auto text = RenderEngineConf(input, StandaloneRules());
  REQUIRE(text);
  CHECK_FALSE(text->contains("cluster-enabled"));
  CHECK_FALSE(text->contains("replicaof"));
  CHECK(text->contains("user sentinel-" + TestIdentity().installation));
  CHECK(text->contains("user replication-" + TestIdentity().installation));
}

TEST_CASE(
    "the topology is one row; a server that follows another one is no longer what is declared") {
  const Layout layout = Layout::Standalone();
  Reports reports{{kSelf, testing::RunningReport(kSelf)}};
  reports[kSelf].engine.info.primary = true;
  const auto describe = [&] {
    return Describe(layout, TestIdentity(), {{kSelf, {.ip = "10.0.0.1", .port = 6379}}}, reports,
                    StandaloneRules());
  };
  const Topology well = describe();
  REQUIRE(well.rows.size() == 1);
  CHECK(well.rows[0].role == "primary");
  CHECK(well.problems.empty());
  CHECK(well.warnings.empty());
  reports[kSelf].engine.info.primary = false;
  reports[kSelf].engine.info.link_up = true;
  reports[kSelf].engine.info.primary_host = "192.0.2.7";
  reports[kSelf].engine.info.primary_port = 6380;
  REQUIRE(describe().problems.size() == 1);
  CHECK(describe().problems[0].contains("192.0.2.7:6380"));
  reports.clear();
  CHECK(describe().rows[0].state == "silent");
  CHECK_FALSE(describe().problems.empty());
}

TEST_CASE("nobody has to be heard, and nobody's loss is told") {
  const StandaloneRules rules;
  const Layout layout = Layout::Standalone();
  const FenceGroup group = rules.FenceGroupOf(layout, TestIdentity(), kSelf, {});
  CHECK(group.replicas.empty());
  CHECK(group.voters.empty());
  const Reports reports{{kSelf, testing::RunningReport(kSelf)}};
  CHECK(NodeRisks(layout, reports, rules).empty());
}

}  // namespace
}  // namespace bowline
