#include "plan/common/metrics_member.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_set.h"

namespace bowline {
namespace {

using testing::SentinelName;
using testing::ServerName;

constexpr MemberName kPrimary = ServerName(0);
constexpr MemberName kReplica = ServerName(1);

/// server-0 of three, which leads, with server-1 in sync.
MemberFacts Leading() {
  const Layout layout = Layout::Sentinel(3, 3);
  MemberFacts facts{.report = testing::RunningReport(kPrimary),
                    .layout = layout,
                    .identity = testing::TestIdentity(),
                    .addresses = testing::Addresses(layout),
                    .ready = Yes("a primary")};
  EngineInfo& info = facts.report.engine.info;
  info.primary = true;
  info.offset = 1000;
  info.replicas = {{.ip = facts.addresses.at(kReplica).ip,
                    .port = 6379,
                    .state = "online",
                    .offset = 900,
                    .lag_seconds = 1}};
  facts.heard = {{kReplica, std::chrono::seconds(1)},
                 {ServerName(2), std::chrono::seconds(60)},
                 {SentinelName(0), std::chrono::seconds(10)}};
  facts.info = "sync_full:4\r\n";
  return facts;
}

std::string Printed(const MemberFacts& facts) {
  MetricSet set;
  AddMemberMetrics(facts, set);
  return "\n" + set.Print();
}

TEST_CASE("a primary") {
  const std::string text = Printed(Leading());
  CHECK(text.contains("\nbowline_ready 1\n"));
  CHECK(text.contains("\nbowline_phase{phase=\"running\"} 1\n"));
  CHECK_FALSE(text.contains("bowline_reason"));
  CHECK(text.contains("\nbowline_primary 1\n"));
  CHECK(text.contains("\nbowline_engine_up 1\n"));
  CHECK(text.contains("\nbowline_waiting 0\n"));
  CHECK(text.contains("\nbowline_replicas_declared 2\n"));
  CHECK(text.contains("\nbowline_replicas_in_sync 1\n"));
  CHECK(text.contains("\nbowline_replication_lag_bytes{replica=\"server-1\"} 100\n"));
  CHECK(text.contains("\nbowline_replication_lag_seconds{replica=\"server-1\"} 1\n"));
  CHECK(text.contains("\nbowline_replication_full_copies_total 4\n"));
  CHECK_FALSE(text.contains("bowline_replication_link_up"));
  CHECK(
      text.contains("\nbowline_member_info{kind=\"server\",shard=\"0\",member=\"server-0\"} 1\n"));
}

TEST_CASE("declared members that were not heard are not seen") {
  const std::string text = Printed(Leading());
  CHECK(text.contains("\nbowline_members_declared 6\n"));
  CHECK(text.contains("\nbowline_members_seen 3\n"));
  CHECK(text.contains("\nbowline_member_seen{member=\"server-1\"} 1\n"));
  CHECK(text.contains("\nbowline_member_seen{member=\"server-2\"} 0\n"));
  CHECK(text.contains("\nbowline_member_seen{member=\"sentinel-0\"} 1\n"));
  CHECK(text.contains("\nbowline_member_seen{member=\"sentinel-1\"} 0\n"));
  CHECK_FALSE(text.contains("bowline_member_seen{member=\"server-0\"}"));
}

TEST_CASE("of two entries of one replica the one that has more counts, of a copy none") {
  MemberFacts facts = Leading();
  std::vector<ReplicaEntry>& replicas = facts.report.engine.info.replicas;
  replicas.push_back(replicas.front());
  replicas.back().offset = 400;
  replicas.push_back({.ip = facts.addresses.at(ServerName(2)).ip, .state = "wait_bgsave"});
  replicas.push_back({.ip = "203.0.113.9", .state = "online", .offset = 1});
  const std::string text = Printed(facts);
  CHECK(text.contains("\nbowline_replication_lag_bytes{replica=\"server-1\"} 100\n"));
  CHECK_FALSE(text.contains("bowline_replication_lag_bytes{replica=\"server-2\"}"));
}

TEST_CASE("a replica") {
  MemberFacts facts = Leading();
  facts.report.engine.info.primary = false;
  facts.report.engine.info.link_up = false;
  facts.fenced = facts.paused = true;
  facts.report.configured = {
      .holds = false, .reason = "Refused", .message = "", .revision = "1a2b3c4d5e6f"};
  facts.report.last_copy = "the others are gone";
  const std::string text = Printed(facts);
  CHECK(text.contains("\nbowline_primary 0\n"));
  CHECK(text.contains("\nbowline_replication_link_up 0\n"));
  CHECK(text.contains("\nbowline_fenced 1\n"));
  CHECK(text.contains("\nbowline_paused 1\n"));
  CHECK(text.contains("\nbowline_last_copy 1\n"));
  CHECK(text.contains("\nbowline_settings_applied 0\n"));
  CHECK(text.contains("\nbowline_settings_revision_info{revision=\"1a2b3c4d5e6f\"} 1\n"));
  CHECK_FALSE(text.contains("bowline_replicas_in_sync"));
}

TEST_CASE("work that goes on has its figures, in its own unit, as far as they are known") {
  MemberFacts facts = Leading();
  CHECK_FALSE(Printed(facts).contains("bowline_progress"));
  facts.report.engine.progress = {
      {.work = Work::kLoading, .done = 5, .total = 20, .per_second = 3, .left_seconds = 5},
      {.work = Work::kSave, .done = 7}};
  facts.ready = {.ok = false, .text = "loading the dataset", .progress = "5B of 20.0K (9%)"};
  const std::string text = Printed(facts);
  CHECK(text.contains("\nbowline_progress_bytes{work=\"loading\"} 5\n"));
  CHECK(text.contains("\nbowline_progress_size_bytes{work=\"loading\"} 20\n"));
  CHECK(text.contains("\nbowline_progress_bytes_per_second{work=\"loading\"} 3\n"));
  CHECK(text.contains("\nbowline_progress_left_seconds{work=\"loading\"} 5\n"));
  CHECK(text.contains("\nbowline_progress_keys{work=\"save\"} 7\n"));
  CHECK_FALSE(text.contains("work=\"save\"} -1"));
  CHECK_FALSE(text.contains("bowline_progress_size_keys"));
  CHECK(text.contains("\nbowline_reason{reason=\"loading the dataset\"} 1\n"));
  facts.report.engine.answers = false;  // what it did then may have ended
  CHECK_FALSE(Printed(facts).contains("bowline_progress"));
}

TEST_CASE("a member that waits") {
  MemberFacts facts = Leading();
  facts.report.phase = Phase::kGuard;
  facts.report.volume = VolumeKind::kRefused;
  facts.ready = No("waiting: server-1 is silent since 12 s");
  facts.waited = std::chrono::milliseconds(1500);
  const std::string text = Printed(facts);
  CHECK(text.contains("\nbowline_ready 0\n"));
  CHECK(text.contains("\nbowline_reason{reason=\"waiting: server-1 is silent since # s\"} 1\n"));
  CHECK(text.contains("\nbowline_waiting 1\n"));
  CHECK(text.contains("\nbowline_waited_seconds 1.5\n"));
  CHECK(text.contains("\nbowline_volume_refused 1\n"));
  CHECK(text.contains("\nbowline_engine_up 0\n"));
  CHECK(text.contains("\nbowline_primary 0\n"));
  CHECK_FALSE(text.contains("bowline_replicas_in_sync"));
}

TEST_CASE("a sentinel tells the epoch that it knows, and nothing of an engine") {
  MemberFacts facts = Leading();
  facts.report.member = SentinelName(1);
  SentinelSnapshot& sentinel = facts.report.sentinel.emplace();
  sentinel.answers = true;
  sentinel.epochs.config = 9;
  const std::string text = Printed(facts);
  CHECK(text.contains("\nbowline_epoch 9\n"));
  CHECK(text.contains("\nbowline_engine_up 1\n"));
  CHECK(text.contains("bowline_member_info{kind=\"sentinel\",shard=\"0\",member=\"sentinel-1\"}"));
  CHECK_FALSE(text.contains("bowline_primary"));
  CHECK_FALSE(text.contains("bowline_fenced"));
}

TEST_CASE("reasons as labels have no numbers, addresses or ids, but names of members") {
  CHECK(ReasonLabel("shard-0-1 at 10.0.0.5:6379 is 1234 bytes behind") ==
        "shard-0-1 at #.#.#.#:# is # bytes behind");
  CHECK(ReasonLabel("history 0123456789abcdef0123456789abcdef01234567 of server-2") ==
        "history # of server-2");
  CHECK(ReasonLabel("epoch 12, 99%") == "epoch #, #%");
  CHECK(ReasonLabel("").empty());
  CHECK(ReasonLabel(std::string(10'000, 'x')).size() == 160);
}

}  // namespace
}  // namespace bowline
