#include "model/info.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "testing/model.h"

namespace bowline {
namespace {

TEST_CASE("INFO of every engine, primary and replica") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const std::string version = engine.substr(engine.find('-') + 1);
    const auto primary = ParseEngineInfo(testing::ReadTestdata(engine + "/info-primary.txt"));
    const auto replica = ParseEngineInfo(testing::ReadTestdata(engine + "/info-replica.txt"));
    REQUIRE(primary);
    REQUIRE(replica);
    CHECK(primary->primary);
    CHECK(primary->version.starts_with(version + "."));
    CHECK(primary->replication_id.size() == 40);
    CHECK(primary->offset > 0);
    CHECK_FALSE(primary->loading);
    REQUIRE(primary->replicas.size() == 1);
    CHECK(primary->replicas[0].ip.starts_with("127.0.4"));
    CHECK(primary->replicas[0].port == 20000);
    CHECK(primary->replicas[0].state == "online");
    CHECK(primary->replicas[0].offset > 0);
    CHECK(primary->replicas[0].lag_seconds >= 0);

    CHECK_FALSE(replica->primary);
    CHECK(replica->version == primary->version);
    CHECK(replica->replication_id == primary->replication_id);
    CHECK(replica->offset == primary->offset);
    CHECK(replica->primary_host.ends_with(".3"));
    CHECK(replica->primary_port == 20000);
    CHECK(replica->link_up);
    CHECK_FALSE(replica->sync_in_progress);
    CHECK(replica->link_down_seconds == -1);
    CHECK(replica->last_io_seconds >= 0);
    CHECK(replica->replicas.empty());
  }
}

TEST_CASE("CLUSTER INFO of every engine") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const auto info = ParseClusterInfo(testing::ReadTestdata(engine + "/cluster-info.txt"));
    REQUIRE(info);
    CHECK(info->state_ok);
    CHECK(info->slots_assigned == 16384);
    CHECK(info->slots_ok == 16384);
    CHECK(info->slots_fail == 0);
    CHECK(info->known_nodes == 6);
    CHECK(info->size == 3);
    CHECK(info->current_epoch == 4);
    CHECK(info->my_epoch == 2);
  }
}

TEST_CASE("a replica that never synced, and one that loads") {
  const auto replica = ParseEngineInfo(
      "# Replication\r\nrole:slave\r\nmaster_host:fd00::1\r\nmaster_port:6379\r\n"
      "master_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\nmaster_sync_in_progress:1\r\n"
      "master_sync_perc:41.50\r\nslave_repl_offset:0\r\nmaster_link_down_since_seconds:-1\r\n");
  REQUIRE(replica);
  CHECK(replica->primary_host == "fd00::1");
  CHECK_FALSE(replica->link_up);
  CHECK(replica->sync_in_progress);
  CHECK(replica->sync_percent == 41.5);
  CHECK(replica->link_down_seconds == -1);
  CHECK(replica->offset == 0);

  const auto loading = ParseEngineInfo("loading:1\r\nloading_loaded_perc:12.34\r\nrole:master\r\n");
  REQUIRE(loading);
  CHECK(loading->loading);
  CHECK(loading->loading_percent == 12.34);
  CHECK(ParseEngineInfo("loading_loaded_perc:-nan\nrole:master\n")->loading_percent == 0);
}

TEST_CASE("more than ten replicas stay in their order") {
  std::string text = "role:master\n";
  for (int i = 0; i < 12; ++i) {
    text += std::format("slave{}:ip=fd00::{},port=6379,state=online,offset={},lag=0,odd=x\n", i, i,
                        i * 10);
  }
  const auto info = ParseEngineInfo(text);
  REQUIRE(info);
  REQUIRE(info->replicas.size() == 12);
  CHECK(info->replicas[10].ip == "fd00::10");
  CHECK(info->replicas[2].offset == 20);
}

TEST_CASE("replies that are no INFO are refused") {
  for (const std::string_view bad :
       {"", "-LOADING", "role:", "role:sentinel", "role:master\nmaster_repl_offset:x",
        "role:master\nslave0:nonsense", "role:master\nslave0:ip=1,port=99999999999",
        "role:slave\nmaster_port:x", "role:slave\nmaster_link_down_since_seconds:1.5"}) {
    CAPTURE(bad);
    const auto info = ParseEngineInfo(bad);
    REQUIRE_FALSE(info);
    CHECK(info.error().code == Code::kInvalidArgument);
  }
  for (const std::string_view bad :
       {"", "cluster_state:", "cluster_state:odd", "x:y", "cluster_state:ok\ncluster_size:-x"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseClusterInfo(bad));
  }
}

TEST_CASE("later keys win, comments and other lines are left out") {
  const auto fields = ParseInfo("# a:b\r\n\r\nnonsense\r\nx:1\r\nx:2:3 \r\n:empty\n");
  CHECK(fields.size() == 2);
  CHECK(fields.at("x") == "2:3");
}

TEST_CASE("mutated INFO never crashes") {
  std::mt19937 random(5);
  for (const std::string engine : testing::kEngines) {
    const std::string good = testing::ReadTestdata(engine + "/info-primary.txt");
    for (int round = 0; round < 200; ++round) {
      std::string text = good;
      for (int i = 0; i < 20; ++i) text[random() % text.size()] = static_cast<char>(random());
      const auto info = ParseEngineInfo(text);
      if (!info) CHECK(info.error().code == Code::kInvalidArgument);
    }
  }
}

TEST_CASE("the history before the last promotion") {
  const std::string never(40, '0');
  const auto info = ParseEngineInfo(
      "role:master\r\nmaster_replid:a\r\nmaster_replid2:b\r\nmaster_repl_offset:9\r\n"
      "second_repl_offset:7\r\n");
  REQUIRE(info);
  CHECK(info->previous_id == "b");
  CHECK(info->previous_offset == 7);
  for (const std::string engine : testing::kEngines) {
    const auto first = ParseEngineInfo(testing::ReadTestdata(engine + "/info-primary.txt"));
    REQUIRE(first);
    CHECK((first->previous_id == never) == (first->previous_offset == -1));
  }
}

}  // namespace
}  // namespace bowline
