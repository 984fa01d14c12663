#include "plan/common/metrics_info.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <format>
#include <set>

#include "base/parse.h"
#include "testing/model.h"

namespace bowline {
namespace {

std::string Printed(std::string_view info, std::string_view cluster = "", int databases = 0) {
  MetricSet set;
  AddInfoMetrics({.info = info, .cluster = cluster, .now = 1'000'000, .databases = databases}, set);
  return set.Print();
}

std::size_t Count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST_CASE("fields have the exporter's names and types") {
  const std::string text = Printed(
      "# Server\r\nuptime_in_seconds:100\r\nhz:10\r\n"
      "# Memory\r\nused_memory:1048576\r\nmem_fragmentation_ratio:1.25\r\n"
      "# Persistence\r\nrdb_last_bgsave_status:ok\r\naof_last_write_status:err\r\n"
      "# Stats\r\ntotal_commands_processed:7\r\nlatest_fork_usec:2500\r\nsync_full:2\r\n"
      "# CPU\r\nused_active_time_io_thread_3:1.5\r\n");
  CHECK(text.contains("# TYPE redis_memory_used_bytes gauge\nredis_memory_used_bytes 1048576\n"));
  CHECK(text.contains("\nredis_mem_fragmentation_ratio 1.25\n"));
  CHECK(text.contains("# TYPE redis_commands_processed_total counter\n"));
  CHECK(text.contains("\nredis_rdb_last_bgsave_status 1\n"));
  CHECK(text.contains("\nredis_aof_last_write_status 0\n"));
  CHECK(text.contains("\nredis_latest_fork_seconds 0.0025\n"));
  CHECK(text.contains("\nredis_replica_resyncs_full 2\n"));
  CHECK(text.contains("\nredis_start_time_seconds 999900\n"));
  CHECK(text.contains("\nredis_hz 10\n"));
  CHECK(text.contains("\nredis_active_time_io_thread_seconds_total{thread=\"3\"} 1.5\n"));
}

TEST_CASE("a replica tells its link with its primary's address") {
  const std::string text = Printed(
      "role:slave\r\nmaster_host:10.0.0.5\r\nmaster_port:6379\r\nmaster_link_status:down\r\n"
      "master_last_io_seconds_ago:-1\r\nmaster_sync_in_progress:1\r\nslave_repl_offset:42\r\n"
      "slave_read_only:1\r\n");
  const std::string primary = "master_host=\"10.0.0.5\",master_port=\"6379\"";
  CHECK(text.contains(std::format("redis_master_link_up{{{}}} 0\n", primary)));
  CHECK(text.contains(std::format("redis_master_last_io_seconds_ago{{{}}} -1\n", primary)));
  CHECK(text.contains(std::format("redis_master_sync_in_progress{{{}}} 1\n", primary)));
  CHECK(text.contains(std::format("redis_slave_repl_offset{{{}}} 42\n", primary)));
  CHECK(text.contains(std::format("redis_slave_info{{{},read_only=\"1\"}} 1\n", primary)));
}

TEST_CASE("a primary lists its replicas, each once") {
  const std::string entry = "ip=10.0.0.6,port=6379,state=online,offset=40,lag=1,io-thread=0";
  const std::string text = Printed(std::format(
      "role:master\r\nslave0:{}\r\nslave1:{}\r\nslave2:ip=x,offset=odd\r\n", entry, entry));
  const std::string labels = "slave_ip=\"10.0.0.6\",slave_port=\"6379\",slave_state=\"online\"";
  CHECK(text.contains(std::format("redis_connected_slave_offset_bytes{{{}}} 40\n", labels)));
  CHECK(Count(text, "redis_connected_slave_lag_seconds{") == 1);
}

TEST_CASE("databases, the empty ones too") {
  const std::string text = Printed("db1:keys=5,expires=2,avg_ttl=1500,subexpiry=0\r\n", "", 3);
  CHECK(text.contains("\nredis_db_keys{db=\"db1\"} 5\n"));
  CHECK(text.contains("\nredis_db_keys_expiring{db=\"db1\"} 2\n"));
  CHECK(text.contains("\nredis_db_avg_ttl_seconds{db=\"db1\"} 1.5\n"));
  CHECK(text.contains("\nredis_db_keys{db=\"db0\"} 0\n"));
  CHECK(Count(text, "\nredis_db_keys{") == 3);
  CHECK_FALSE(text.contains("redis_db_keys_cached"));
}

TEST_CASE("CLUSTER INFO") {
  const std::string text = Printed("cluster_enabled:1\r\n",
                                   "cluster_state:ok\r\ncluster_slots_assigned:16384\r\n"
                                   "cluster_stats_messages_sent:9\r\ntotal_cluster_links:3\r\n");
  CHECK(text.contains("\nredis_cluster_enabled 1\n"));
  CHECK(text.contains("\nredis_cluster_state 1\n"));
  CHECK(text.contains("\nredis_cluster_slots_assigned 16384\n"));
  CHECK(text.contains("\nredis_cluster_messages_sent_total 9\n"));
  CHECK_FALSE(text.contains("total_cluster_links"));
}

TEST_CASE("the process's own description") {
  const std::string text = Printed(
      "redis_version:7.2.4\r\nvalkey_version:9.1.0\r\nrole:master\r\nos:Linux 6 x86_64\r\n");
  CHECK(
      text.contains("redis_instance_info{role=\"master\",redis_version=\"7.2.4\",redis_build_id="
                    "\"\",redis_mode=\"\",os=\"Linux 6 x86_64\",maxmemory_policy=\"\",tcp_port="
                    "\"\",run_id=\"\",process_id=\"\",master_replid=\"\",valkey_version="
                    "\"9.1.0\"} 1\n"));
}

TEST_CASE("numbers") {
  CHECK(MetricNumber("12.5") == 12.5);
  CHECK(MetricNumber("-1") == -1);
  CHECK(MetricNumber("true") == 1);
  CHECK(MetricNumber("fail") == 0);
  for (const char* odd : {"", " 1", "1 ", "1G", "1e999", "0x10", "98.5%", "1,5", "--1", "+1"}) {
    CAPTURE(odd);
    CHECK_FALSE(MetricNumber(odd));
  }
  CHECK(InfoNumber("a:1\r\nsync_full:3\r\n", "sync_full") == 3);
  CHECK_FALSE(InfoNumber("sync_full_x:3\r\nsync_full\r\n", "sync_full"));
}

TEST_CASE("an engine that says odd things makes no odd page") {
  std::string info = "role:master\r\nos:a\"b\\c\r\nrun_id:x\ny{}\r\nused_memory:1e999\r\n";
  info += "maxmemory:many\r\n:\r\n\r\nloading\r\nuptime_in_seconds:\r\nhz:1:2\r\n";
  info += "cluster_bad name:1\r\ncluster_Bad:1\r\ndb0:keys=x,expires=1\r\ndb1x:keys=1\r\n";
  info += "errorstat_AAA:count=2\r\nerrorstat_my secret:count=3\r\nerrorstat_low:count=4\r\n";
  for (int i = 0; i < 10'000; ++i) {
    info += std::format("slave{}:ip={},port=1,state=online,offset=1,lag=0\r\n", i, i);
    info += std::format("db{}:keys=1,expires=0,avg_ttl=0\r\n", i + 10);
    info += std::format("cluster_x{}:1\r\n", i);
    info += std::format("errorstat_E{}:count=1\r\n", i);
  }
  const std::string text = Printed(info, info, 100'000);
  CHECK(text.contains("os=\"a\\\"b\\\\c\""));
  CHECK_FALSE(text.contains("redis_memory_used_bytes"));
  CHECK_FALSE(text.contains("bad"));
  CHECK_FALSE(text.contains("Bad"));
  CHECK_FALSE(text.contains("secret"));
  CHECK(text.contains("redis_errors_total{err=\"AAA\"} 2\n"));
  CHECK(text.contains("redis_errors_total{err=\"other\"} 9880\n"));  // 10,000 - 127 + 3 + 4
  CHECK(std::ranges::count(text, '\n') < 1000);
  for (const std::string_view line : SplitLines(text)) {
    CAPTURE(line);
    CHECK((line.starts_with("# ") || line.starts_with("redis_")));
  }
}

TEST_CASE("INFO of every engine: most fields that are numbers are told") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const std::string primary = Printed(testing::ReadTestdata(engine + "/info-primary.txt"),
                                        testing::ReadTestdata(engine + "/cluster-info.txt"), 1);
    CHECK(Count(primary, "# TYPE ") > 90);
    CHECK(primary.contains("redis_connected_slave_lag_seconds{"));
    CHECK(primary.contains("\nredis_cluster_state 1\n"));
    const std::string replica = Printed(testing::ReadTestdata(engine + "/info-replica.txt"));
    CHECK(replica.contains("redis_master_link_up{"));
  }
}

}  // namespace
}  // namespace bowline
