#include "plan/common/volume.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/cluster_rules.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::k00;
using testing::k01;
using testing::TestIdentity;

Identity Expected() {
  Identity identity = TestIdentity();
  identity.installation.clear();
  return identity;
}

VolumeState State(bool held = false) {
  return {.identity = TestIdentity(), .member = "shard-0-1", .held = held};
}

/// The volume of shard-0-1 in its usual life.
VolumeFiles Files(bool held = true) {
  VolumeFiles files;
  files.nodes_conf = PrintNodesConf(testing::MustSeed({}, k01));
  files.state = PrintVolumeState(State(held));
  files.dataset.bytes = 4096;
  files.dataset.modified = 1'800'000'000;
  return files;
}

VolumeFacts Judge(const VolumeFiles& files) { return JudgeVolume(files, Expected(), k01); }

void CheckRefused(const VolumeFiles& files, const std::string& reason) {
  const VolumeFacts facts = Judge(files);
  CHECK(facts.kind == VolumeKind::kRefused);
  CHECK_THAT(facts.reason, ContainsSubstring(reason));
}

TEST_CASE("the usual volume") {
  const VolumeFacts facts = Judge(Files());
  CHECK(facts.kind == VolumeKind::kData);
  CHECK(facts.reason.empty());
  CHECK(facts.state == State(true));
  REQUIRE(facts.conf);
  CHECK(facts.conf->Myself()->id == TestIdentity().NodeIdOf(k01));
  CHECK(facts.dataset_modified == 1'800'000'000);
  CHECK_FALSE(facts.position);
}

TEST_CASE("the kinds of volumes that can be trusted") {
  VolumeFiles files = Files();
  SECTION("nothing at all is fresh, and nobody's yet") {
    const VolumeFacts facts = Judge({});
    CHECK(facts.kind == VolumeKind::kFresh);
    CHECK(facts.state.identity == Expected());
    CHECK(facts.state.member == "shard-0-1");
    CHECK_FALSE(facts.state.held);
  }
  SECTION("our state alone is fresh, and knows the installation") {
    files = {};
    files.state = PrintVolumeState(State());
    CHECK(Judge(files).kind == VolumeKind::kFresh);
    CHECK(Judge(files).state.identity == TestIdentity());
  }
  SECTION("a nodes.conf that never saw data is seeded") {
    files = Files(false);
    files.dataset.bytes = 0;
    files.dataset.modified = 0;
    CHECK(Judge(files).kind == VolumeKind::kSeeded);
    files.dataset.modified = 1'800'000'000;  // an empty dataset file
    CHECK(Judge(files).kind == VolumeKind::kSeeded);
  }
  SECTION("one that saw data and has no dataset file any more is emptied") {
    files.dataset.bytes = 0;
    files.dataset.modified = 0;
    CHECK(Judge(files).kind == VolumeKind::kEmptied);
  }
  SECTION("keys that were all deleted are data as well") {
    files.dataset.bytes = 0;
    CHECK(Judge(files).kind == VolumeKind::kData);
  }
  SECTION("a dataset counts even before we noted it") {
    files = Files(false);
    CHECK(Judge(files).kind == VolumeKind::kData);
  }
  CHECK(Judge(files).reason.empty());
}

TEST_CASE("nodes.conf is refused unless it is complete, sound and ours (R9)") {
  VolumeFiles files = Files();
  std::string& text = *files.nodes_conf;
  SECTION("empty") {
    text.clear();
    CheckRefused(files, "nodes.conf: empty");
  }
  SECTION("binary") {
    text = std::string("\0\1\2", 3);
    CheckRefused(files, "nodes.conf: ");
  }
  SECTION("cut, anywhere") {
    const std::string whole = text;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      text = whole.substr(0, size);
      CheckRefused(files, "nodes.conf: ");
    }
  }
  SECTION("slots owned twice") {
    NodesConf conf = testing::MustSeed({}, k01);
    conf.Find(TestIdentity().NodeIdOf({1, 0}))->slots.push_back({0, 5});
    text = PrintNodesConf(conf);
    CheckRefused(files, "nodes.conf: ");
  }
  SECTION("of another member") {
    text = PrintNodesConf(testing::MustSeed({}, k00));
    CheckRefused(files, "the file comes from another release or member");
  }
  SECTION("of another installation") {
    VolumeState state = State(true);
    state.identity.installation = std::string(32, 'f');
    files.state = PrintVolumeState(state);
    CheckRefused(files, "the file comes from another release or member");
  }
  CHECK_FALSE(Judge(files).conf);
}

TEST_CASE("our state file is refused unless it is complete and ours") {
  VolumeFiles files = Files();
  SECTION("missing beside a nodes.conf") {
    files.state.reset();
    CheckRefused(files, "nodes.conf is there but bowline-state.json is not");
  }
  SECTION("cut, anywhere before its closing brace") {
    const std::string whole = *files.state;
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      files.state = whole.substr(0, size);
      CheckRefused(files, "bowline-state.json: ");
    }
  }
  SECTION("of a later version") {
    files.state = R"({"version": 2})";
    CheckRefused(files, "version 2 is not known");
  }
  SECTION("of another member, release or namespace") {
    VolumeState state = State(true);
    state.member = "shard-0-0";
    files.state = PrintVolumeState(state);
    CheckRefused(files, "the volume belongs to ns/rel/shard-0-0, this member is ns/rel/shard-0-1");
    state = State(true);
    state.identity.release = "another";
    files.state = PrintVolumeState(state);
    CheckRefused(files, "ns/another/shard-0-1");
    state = State(true);
    state.identity.name_space = "elsewhere";
    files.state = PrintVolumeState(state);
    CheckRefused(files, "elsewhere/rel/shard-0-1");
  }
  SECTION("without an installation beside a nodes.conf") {
    VolumeState state = State(true);
    state.identity.installation.clear();
    files.state = PrintVolumeState(state);
    CheckRefused(files, "the file comes from another release or member");
  }
}

TEST_CASE("a dataset without nodes.conf is never taken for a fresh volume (R9)") {
  VolumeFiles files;
  files.dataset.bytes = 1;
  files.dataset.modified = 1;
  CheckRefused(files, "a dataset of 1 bytes is there, but no nodes.conf");
  files.state = PrintVolumeState(State());
  CheckRefused(files, "a dataset of 1 bytes is there, but no nodes.conf");
}

TEST_CASE("a volume that held keys and lost its nodes.conf, dataset of no size left") {
  VolumeFiles files;
  files.state = PrintVolumeState(State(true));
  files.dataset.modified = 1'800'000'000;
  // Only an empty dataset file is left: nothing that a copy from the primary could destroy.
  CHECK(Judge(files).kind == VolumeKind::kFresh);
}

TEST_CASE("the noted position is a hint: a damaged one is none, and no refusal") {
  VolumeFiles files = Files();
  const ReplicationPosition position{.replication_id = "abc", .offset = 42};
  files.position = PrintPosition(position);
  CHECK(Judge(files).position == position);
  const std::string whole = *files.position;
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    files.position = whole.substr(0, size);
    CHECK(Judge(files).kind == VolumeKind::kData);
    CHECK_FALSE(Judge(files).position);
  }
}

TEST_CASE("state and positions read back as they were written") {
  for (const bool held : {false, true}) {
    const auto state = ParseVolumeState(PrintVolumeState(State(held)));
    REQUIRE(state);
    CHECK(*state == State(held));
  }
  const ReplicationPosition position{.replication_id = "r\"\\", .offset = std::int64_t{1} << 62};
  CHECK(ParsePosition(PrintPosition(position)) == position);
}

TEST_CASE("a state that is no state is data loss") {
  for (const char* text : {"", "null", "[1]", "{}", R"({"version":"1"})", R"({"version":1})"}) {
    const auto state = ParseVolumeState(text);
    REQUIRE_FALSE(state);
    CHECK(state.error().code == Code::kDataLoss);
    CHECK(state.error().message.starts_with("bowline-state.json: "));
  }
}

TEST_CASE("kinds have names, both ways") {
  for (const VolumeKind kind : {VolumeKind::kFresh, VolumeKind::kSeeded, VolumeKind::kEmptied,
                                VolumeKind::kData, VolumeKind::kRefused}) {
    CHECK(ParseVolumeKind(VolumeKindName(kind)) == kind);
  }
  CHECK_FALSE(ParseVolumeKind("Fresh"));
  CHECK_FALSE(ParseVolumeKind(""));
}

}  // namespace
}  // namespace bowline
