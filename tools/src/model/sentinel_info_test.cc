#include "model/sentinel_info.h"

#include <catch2/catch_test_macros.hpp>

#include "base/parse.h"
#include "testing/model.h"

namespace bowline {
namespace {

/// The entries of a reply that redis-cli has printed: names and values in turn, each entry begins
/// with "name".
std::vector<SentinelFields> Entries(const std::string& file) {
  std::vector<SentinelFields> entries;
  const std::string text = testing::ReadTestdata(file);
  const std::vector<std::string_view> lines = SplitLines(text);
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
    if (lines[i] == "name") entries.emplace_back();
    REQUIRE_FALSE(entries.empty());
    entries.back().emplace(lines[i], lines[i + 1]);
  }
  return entries;
}

TEST_CASE("what a sentinel of every engine says after an election") {
  for (const std::string engine : testing::kEngines) {
    CAPTURE(engine);
    const auto master = Entries(engine + "/sentinel-master.txt");
    REQUIRE(master.size() == 1);
    const auto snapshot = ReadSentinelMaster(master[0]);
    REQUIRE(snapshot);
    CHECK(snapshot->primary_ip.starts_with("127.96.0."));
    CHECK(snapshot->primary_port == 6379);
    CHECK(snapshot->epochs.config == 2);
    CHECK_FALSE(snapshot->primary_down);
    CHECK_FALSE(snapshot->primary_denies);
    CHECK_FALSE(snapshot->failing_over);

    const auto replicas = Entries(engine + "/sentinel-replicas.txt");
    REQUIRE(replicas.size() == 2);
    int down = 0;
    for (const SentinelFields& fields : replicas) {
      const auto peer = ReadSentinelPeer(fields);
      REQUIRE(peer);
      CHECK(peer->ip != snapshot->primary_ip);
      CHECK(peer->port == 6379);
      down += peer->down ? 1 : 0;
      CHECK(peer->down != peer->connected);
      CHECK(peer->down == (peer->silent_milliseconds > 1000));
    }
    CHECK(down == 1);

    const auto sentinels = Entries(engine + "/sentinel-sentinels.txt");
    REQUIRE(sentinels.size() == 2);
    for (const SentinelFields& fields : sentinels) {
      const auto peer = ReadSentinelPeer(fields);
      REQUIRE(peer);
      const bool known = peer->id == "ae08b6a26458e9f893b0f2d3fd20ec0458af32e6" ||  // sentinel-0
                         peer->id == "06acfaa172ec7e224aec195aaec56afe7ad4ceb5";    // sentinel-2
      CHECK(known);
      CHECK_FALSE(peer->down);
      CHECK(peer->connected);
      CHECK(peer->silent_milliseconds < 1000);
    }
  }
}

TEST_CASE("flags are words, not parts of words") {
  SentinelFields fields{{"ip", "::1"},
                        {"port", "1"},
                        {"flags", "master"},
                        {"role-reported", "master"},
                        {"config-epoch", "0"}};
  const auto read = [&](const std::string& flags) {
    fields["flags"] = flags;
    const auto snapshot = ReadSentinelMaster(fields);
    REQUIRE(snapshot);
    return *snapshot;
  };
  CHECK(read("s_down,master").primary_down);
  CHECK(read("master,o_down").primary_down);
  CHECK_FALSE(read("master,disconnected").primary_down);
  CHECK_FALSE(read("masters_down").primary_down);
  CHECK(read("master,failover_in_progress").failing_over);
}

TEST_CASE("a reply that lacks a field or has a wrong one is refused") {
  SentinelFields good{{"ip", "::1"},         {"port", "1"},  {"flags", "master"},
                      {"config-epoch", "0"}, {"runid", "x"}, {"last-ok-ping-reply", "1"}};
  good["role-reported"] = "slave";
  REQUIRE(ReadSentinelMaster(good));
  CHECK(ReadSentinelMaster(good)->primary_denies);
  REQUIRE(ReadSentinelPeer(good));
  for (const std::string name : {"ip", "port", "flags", "config-epoch", "role-reported"}) {
    CAPTURE(name);
    SentinelFields fields = good;
    fields.erase(name);
    const auto snapshot = ReadSentinelMaster(fields);
    REQUIRE_FALSE(snapshot);
    CHECK(snapshot.error().code == Code::kInvalidArgument);
    CHECK(snapshot.error().message.contains(name));
    const bool of_primary = name == "config-epoch" || name == "role-reported";
    CHECK(ReadSentinelPeer(fields).has_value() == of_primary);
  }
  for (const auto& [name, value] :
       {std::pair{"port", "65536"}, {"port", "x"}, {"config-epoch", "-1"}, {"config-epoch", ""}}) {
    CAPTURE(name, value);
    SentinelFields fields = good;
    fields[name] = value;
    CHECK_FALSE(ReadSentinelMaster(fields));
  }
  for (const std::string name : {"runid", "last-ok-ping-reply"}) {
    CAPTURE(name);
    SentinelFields fields = good;
    fields.erase(name);
    CHECK_FALSE(ReadSentinelPeer(fields));
  }
}

}  // namespace
}  // namespace bowline
