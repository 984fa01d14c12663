// Volumes of sentinel mode, judged.

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/common/saved_addresses.h"
#include "plan/sentinel/sentinel_conf.h"
#include "testing/plan/running_cluster.h"
#include "testing/plan/sentinel_rules.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::ReadTestdata;
using testing::TestIdentity;

constexpr MemberName kServer = testing::ServerName(1);
constexpr MemberName kSentinel = testing::SentinelName(1);

Identity Expected() {
  Identity identity = TestIdentity();
  identity.installation.clear();
  return identity;
}

std::string State(MemberName member, bool held) {
  return PrintVolumeState({.identity = TestIdentity(), .member = member.ToString(), .held = held});
}

VolumeFiles ServerFiles() {
  VolumeFiles files;
  files.state = State(kServer, true);
  files.position =
      PrintPosition({.replication_id = "a", .offset = 5, .previous_id = "", .epoch = 3});
  files.dataset.bytes = 100;
  files.dataset.modified = 1'800'000'000;
  return files;
}

VolumeFacts Judge(const VolumeFiles& files, MemberName self) {
  return JudgeVolume(files, Expected(), self);
}

TEST_CASE("a server's usual volume has its epoch from its noted position") {
  const VolumeFacts facts = Judge(ServerFiles(), kServer);
  CHECK(facts.kind == VolumeKind::kData);
  CHECK(facts.Epoch() == 3);
  CHECK(facts.state.held);
  CHECK_FALSE(facts.conf);
  CHECK(facts.reason.empty());
}

TEST_CASE("a note of whom the lead was given to; one that was cut off is none, and no refusal") {
  const HandoverNote note{.to = testing::ServerName(2), .epoch = 9};
  VolumeFiles files = ServerFiles();
  CHECK_FALSE(Judge(files, kServer).handover);
  files.handover = PrintHandoverNote(note);
  CHECK(Judge(files, kServer).handover == note);
  const std::string whole = *files.handover;
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    files.handover = whole.substr(0, size);
    CHECK(Judge(files, kServer).kind == VolumeKind::kData);
    CHECK_FALSE(Judge(files, kServer).handover);
  }
}

TEST_CASE("the kinds of a server's volumes") {
  VolumeFiles files;
  CHECK(Judge(files, kServer).kind == VolumeKind::kFresh);
  CHECK(Judge(files, kServer).Epoch() == 0);
  files.state = State(kServer, false);
  CHECK(Judge(files, kServer).kind == VolumeKind::kFresh);
  files.dataset.modified = 1;  // an empty dataset file of a server that never held a key
  CHECK(Judge(files, kServer).kind == VolumeKind::kFresh);
  files.state = State(kServer, true);
  CHECK(Judge(files, kServer).kind == VolumeKind::kData);  // all keys were deleted
  files.dataset.modified = 0;
  CHECK(Judge(files, kServer).kind == VolumeKind::kEmptied);
}

TEST_CASE("a server's volume is refused when it may be somebody else's (R9)") {
  VolumeFiles files = ServerFiles();
  std::string reason;
  SECTION("a dataset that nobody has signed") {
    files.state.reset();
    reason = "a dataset of 100 bytes is there, but no bowline-state.json";
  }
  SECTION("of a cluster") {
    files.nodes_conf = "";
    reason = "was of a Redis Cluster";
  }
  SECTION("of another member") {
    files.state = State(testing::ServerName(0), true);
    reason = "belongs to ns/rel/server-0, this member is ns/rel/server-1";
  }
  SECTION("of a cluster's member") {
    files.state = State({.shard = 0, .ordinal = 1}, true);
    reason = "belongs to ns/rel/shard-0-1";
  }
  SECTION("a state that is cut") {
    files.state->resize(files.state->size() / 2);
    reason = "bowline-state.json: ";
  }
  const VolumeFacts facts = Judge(files, kServer);
  CHECK(facts.kind == VolumeKind::kRefused);
  CHECK_THAT(facts.reason, ContainsSubstring(reason));
}

VolumeFiles SentinelFiles() {
  VolumeFiles files;
  files.state = State(kSentinel, false);
  files.sentinel_conf = ReadTestdata("valkey-9.1/sentinel-election.conf");
  files.addresses = PrintAddresses(testing::Addresses(Layout::Sentinel(3, 3), "127.96."));
  return files;
}

TEST_CASE("a sentinel's volume tells whom it watched") {
  const VolumeFacts facts = Judge(SentinelFiles(), kSentinel);
  CHECK(facts.kind == VolumeKind::kSeeded);
  CHECK(facts.reason.empty());
  REQUIRE(facts.sentinel);
  CHECK(facts.sentinel->primary == kServer);
  CHECK(facts.sentinel->epochs.config == 2);
}

TEST_CASE("a sentinel's file that cannot be used is no refusal: the reason is told") {
  VolumeFiles files = SentinelFiles();
  std::string reason;
  SECTION("none at all") { files.sentinel_conf.reset(); }
  SECTION("empty") {
    files.sentinel_conf = "";
    reason = "sentinel.conf: ";
  }
  SECTION("cut") {
    files.sentinel_conf->resize(300);
    reason = "sentinel.conf: ";
  }
  SECTION("binary") {
    files.sentinel_conf = std::string("\0\xff\n", 3);
    reason = "no line \"sentinel myid\"";
  }
  SECTION("of another sentinel") {
    files.sentinel_conf = ReadTestdata("redis-8.0/sentinel-failover.conf");
    reason = "comes from another release or member";
  }
  SECTION("of another installation") {
    VolumeState state{.identity = TestIdentity(), .member = "sentinel-1", .held = false};
    state.identity.installation = std::string(32, 'f');
    files.state = PrintVolumeState(state);
    reason = "comes from another release or member";
  }
  SECTION("before the installation is known") {
    files.state.reset();
    reason = "comes from another release or member";
  }
  const VolumeFacts facts = Judge(files, kSentinel);
  CHECK(facts.kind == VolumeKind::kFresh);
  CHECK_FALSE(facts.sentinel);
  CHECK_THAT(facts.reason, ContainsSubstring(reason));
  CHECK(facts.reason.empty() == reason.empty());
}

TEST_CASE("a sentinel whose volume is another member's refuses it") {
  VolumeFiles files = SentinelFiles();
  files.state = State(kServer, false);
  CHECK(Judge(files, kSentinel).kind == VolumeKind::kRefused);
}

TEST_CASE("a sentinel whose addresses are gone remembers its epochs, and no member") {
  VolumeFiles files = SentinelFiles();
  files.addresses.reset();
  const VolumeFacts facts = Judge(files, kSentinel);
  REQUIRE(facts.sentinel);
  CHECK_FALSE(facts.sentinel->primary);
  CHECK(facts.sentinel->epochs.config == 2);
}

}  // namespace
}  // namespace bowline
