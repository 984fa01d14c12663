#include "plan/common/sync_proof.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k02;
using testing::RunningCluster;

ReplicationPosition At(std::int64_t offset, std::optional<std::vector<MemberName>> in_sync = {}) {
  return {.replication_id = "history",
          .offset = offset,
          .previous_id = "",
          .in_sync = std::move(in_sync)};
}

/// The primary shard-0-0 has ended at offset 1000; both replicas were in sync then.
struct Fixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};
  std::optional<ReplicationPosition> last = At(1000, std::vector<MemberName>{k01, k02});

  Fixture() {
    cluster.Guard(k00, VolumeKind::kEmptied);  // their links to it broke a second ago
  }

  static std::optional<MemberName> NameOf(const std::optional<Candidate>& candidate) {
    if (!candidate) return std::nullopt;
    CHECK_FALSE(candidate->reason.empty());
    return candidate->member;
  }
  [[nodiscard]] std::optional<MemberName> Best() const {
    return NameOf(BestInSync(cluster.layout, cluster.reports, 0, k00, last));
  }
  [[nodiscard]] std::optional<MemberName> Newest() const {
    return NameOf(NewestReplica(cluster.layout, cluster.reports, 0, k00));
  }
  EngineInfo& InfoOf(MemberName member) { return cluster.Of(member).engine.info; }
};

struct HandoverFixture {
  RunningCluster cluster{{.shards = 3, .replicas_per_shard = 2}};

  [[nodiscard]] std::optional<MemberName> Best() const {
    return Fixture::NameOf(BestForHandover(cluster.layout, cluster.reports, 0, k00));
  }
};

TEST_CASE_METHOD(Fixture, "of those in sync the highest offset takes over, then the lowest name") {
  CHECK(Best() == k01);
  InfoOf(k02).offset = 1001;
  CHECK(Best() == k02);
  const auto best = BestInSync(cluster.layout, cluster.reports, 0, k00, last);
  CHECK(best->reason == "offset 1001, it followed the primary to its last known offset");
  CHECK(best->position.offset == 1001);
}

TEST_CASE_METHOD(Fixture, "of equals one that would not be voted out takes over") {
  const auto best = [&](const std::vector<MemberName>& voted_out) {
    return BestInSync(cluster.layout, cluster.reports, 0, k00, last, voted_out);
  };
  CHECK(best({k01})->member == k02);
  CHECK(best({k02})->member == k01);
  const auto either = best({k01, k02});
  CHECK(either->member == k01);
  CHECK(either->reason ==
        "offset 1000, it followed the primary to its last known offset, though still taken for "
        "failed");
  SECTION("the other one is not proven") { InfoOf(k02).offset = 999; }
  SECTION("the other one is silent") { cluster.Silence(k02); }
  SECTION("the other one has fewer writes") { InfoOf(k01).offset = 1001; }
  CHECK(best({k01})->member == k01);
}

TEST_CASE("a flag is no reason to lose writes: by their links both are in sync") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 2});
  const auto set = [&](MemberName member, std::int64_t offset, std::int64_t down) {
    EngineInfo& info = cluster.Of(member).engine.info;
    info.link_up = false;
    info.offset = offset;
    info.link_down_seconds = down;
  };
  set(k01, 5000, 6);
  set(k02, 3000, 9);
  const auto best = BestInSync(cluster.layout, cluster.reports, 0, k00, std::nullopt, {k01});
  CHECK(best->member == k01);
}

TEST_CASE("of three, one that is known to be newer is not passed for a third one") {
  RunningCluster cluster({.shards = 3, .replicas_per_shard = 3});
  constexpr MemberName k03{.shard = 0, .ordinal = 3};
  cluster.Guard(k00, VolumeKind::kEmptied);
  const auto set = [&](MemberName member, const char* history, std::int64_t offset,
                       std::int64_t down) {
    EngineInfo& info = cluster.Of(member).engine.info;
    info.replication_id = history;
    info.offset = offset;
    info.link_down_seconds = down;
  };
  set(k01, "history", 1000, 9);
  set(k02, "foreign", 990, 5);  // against both others only the links tell
  set(k03, "history", 999, 1);
  CHECK(NewestReplica(cluster.layout, cluster.reports, 0, k00)->member == k02);
  set(k02, "foreign", 990, 20);
  CHECK(NewestReplica(cluster.layout, cluster.reports, 0, k00)->member == k01);
}

TEST_CASE_METHOD(Fixture, "what proves that a replica has everything") {
  struct Case {
    std::string_view what;
    std::optional<ReplicationPosition> last;
    bool proven;
    void (*change)(Report& report);
  };
  const std::vector<MemberName> both{k01, k02};
  const auto nothing = [](Report&) {};
  for (const Case& c : std::vector<Case>{
           {"in sync at the last look, same offset", At(1000, both), true, nothing},
           {"it went on after the last look", At(900, both), true, nothing},
           {"below the last known offset", At(1001, both), false, nothing},
           {"no link at the last look", At(1000, std::vector<MemberName>{k02}), false, nothing},
           {"the last look does not tell links", At(1000), true, nothing},
           {"the same, link broken for long", At(1000), false,
            [](Report& report) { report.engine.info.link_down_seconds = 11; }},
           {"the same, link up", At(1000), true,
            [](Report& report) { report.engine.info.link_up = true; }},
           {"another history",
            ReplicationPosition{
                .replication_id = "other", .offset = 5, .previous_id = "", .in_sync = both},
            false, nothing},
           {"it was promoted from the history after that offset", At(1000, both), true,
            [](Report& report) {
              report.engine.info.replication_id = "next";
              report.engine.info.previous_id = "history";
              report.engine.info.previous_offset = 1001;
            }},
           {"nothing is known of the primary", std::nullopt, true, nothing},
           {"the same, link broken for long", std::nullopt, false,
            [](Report& report) { report.engine.info.link_down_seconds = 11; }},
           {"it knows that it has missed writes", std::nullopt, false,
            [](Report& report) { report.missed_seconds = 6; }},
           {"the same, although it was in sync once", At(1000, both), false,
            [](Report& report) { report.missed_seconds = 6; }},
           {"its link never was up", At(1000, both), false,
            [](Report& report) { report.engine.info.link_down_seconds = -1; }},
           {"in the middle of a copy", At(1000, both), false,
            [](Report& report) { report.engine.info.sync_in_progress = true; }},
       }) {
    CAPTURE(c.what);
    Report report = cluster.Of(k01);
    c.change(report);
    const SyncProof proof = ProveInSync(report, c.last);
    CHECK(proof.proven == c.proven);
    CHECK_FALSE(proof.reason.empty());
  }
}

TEST_CASE_METHOD(Fixture, "the raw offset of another history proves nothing") {
  // A restart from an append-only file begins a new history at a low offset; shard-0-1 is stuck on
  // the old one.
  InfoOf(k01).offset = 9'000'000;
  InfoOf(k01).replication_id = "older";
  CHECK(Best() == k02);
}

TEST_CASE("who counts as in sync at a primary") {
  const AddressBook addresses = testing::Addresses({.shards = 1, .replicas_per_shard = 2});
  EngineInfo info;
  const auto entry = [&](MemberName member, std::string state, int lag) {
    return ReplicaEntry{.ip = addresses.at(member).ip,
                        .port = 6379,
                        .state = std::move(state),
                        .offset = 1,
                        .lag_seconds = lag};
  };
  info.replicas = {entry(k02, "online", 2), entry(k01, "online", 0)};
  CHECK(ReplicasInSync(info, addresses) == std::vector<MemberName>{k01, k02});
  info.replicas = {entry(k02, "online", 3), entry(k01, "wait_bgsave", 0)};
  CHECK(ReplicasInSync(info, addresses).empty());
  info.replicas = {
      entry(k02, "online", -1),
      {.ip = "203.0.113.9", .port = 1, .state = "online", .offset = 1, .lag_seconds = 0}};
  CHECK(ReplicasInSync(info, addresses).empty());
}

TEST_CASE_METHOD(Fixture, "without proof the newest dataset is the one that has missed the least") {
  InfoOf(k01).link_down_seconds = 40;
  InfoOf(k02).link_down_seconds = 70;
  InfoOf(k02).replication_id = "older";
  InfoOf(k02).offset = 9'000'000;
  CHECK_FALSE(Best() == k02);
  CHECK(Newest() == k01);
  InfoOf(k02).replication_id = "history";  // one history: the offset tells
  CHECK(Newest() == k02);
  InfoOf(k01).offset = InfoOf(k02).offset;
  CHECK(Newest() == k01);
  cluster.Of(k01).missed_seconds = 90;  // known to have missed more than its link tells
  CHECK(Newest() == k02);
}

TEST_CASE_METHOD(Fixture, "a replica that is no fit candidate is passed over") {
  Report& report = cluster.Of(k01);
  SECTION("loading") { report.engine.info.loading = true; }
  SECTION("does not answer") { report.engine.answers = false; }
  SECTION("still deciding") { report.phase = Phase::kGuard; }
  SECTION("stopping") { report.phase = Phase::kStopping; }
  SECTION("a primary itself") { report.engine.info.primary = true; }
  SECTION("silent") { cluster.reports.erase(k01); }
  SECTION("holds nothing") {
    report.volume = VolumeKind::kFresh;
    report.held = false;
    report.engine.keys = 0;
  }
  CHECK(Best() == k02);
}

TEST_CASE_METHOD(Fixture, "what counts as holding data") {
  Report& report = cluster.Of(k01);
  cluster.reports.erase(k02);
  report.volume = VolumeKind::kFresh;
  report.held = false;
  report.engine.keys = 0;
  CHECK_FALSE(Best());
  SECTION("keys") { report.engine.keys = 1; }
  SECTION("it has held some, in this life") { report.held = true; }
  SECTION("the volume had a dataset") { report.volume = VolumeKind::kData; }
  CHECK(Best() == k01);
}

TEST_CASE_METHOD(HandoverFixture,
                 "a planned handover goes to a pod that a rollout has already changed") {
  cluster.Of(k01).engine.info.offset = 500'000;  // both have got nearly everything
  cluster.Of(k00).revision = cluster.Of(k01).revision = "old";
  cluster.Of(k02).revision = "new";
  CHECK(Best() == k02);
  SECTION("not when it is far behind") {
    cluster.Of(k01).engine.info.offset = 5'000'000;
    CHECK(Best() == k01);
  }
  SECTION("not when it cannot take over") {
    cluster.Of(k02).engine.info.link_up = false;
    CHECK(Best() == k01);
  }
  SECTION("the best of several") {
    cluster.Of(k01).revision = "new";
    CHECK(Best() == k01);
  }
  SECTION("not by chance, when nobody knows revisions") {
    for (const MemberName name : {k00, k01, k02}) cluster.Of(name).revision.clear();
    CHECK(Best() == k01);
  }
}

TEST_CASE_METHOD(HandoverFixture, "a planned handover needs a link that is up") {
  cluster.Of(k01).engine.info.link_up = false;
  cluster.Of(k01).engine.info.offset = 2000;
  CHECK(Best() == k02);
  cluster.Of(k02).engine.info.sync_in_progress = true;
  CHECK_FALSE(Best());
  cluster.Of(k02).engine.info.sync_in_progress = false;
  cluster.Of(k02).engine.info.replication_id = "other";  // it follows somebody else
  CHECK_FALSE(Best());
}

TEST_CASE_METHOD(Fixture, "nobody of another shard, and never the one that leaves") {
  cluster.reports.erase(k01);
  cluster.reports.erase(k02);
  CHECK_FALSE(Best());
  CHECK_FALSE(Newest());
  CHECK_FALSE(BestInSync(cluster.layout, cluster.reports, 7, k00, last));
}

}  // namespace
}  // namespace bowline
