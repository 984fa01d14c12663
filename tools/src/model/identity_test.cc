#include "model/identity.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

namespace bowline {
namespace {

const std::string kId = "8c1567ba20efdaab4b31976fbffa89a9028cff63";

TEST_CASE("a node id is 40 characters of a-z and 0-9") {
  CHECK(NodeId::Parse(kId)->str() == kId);
  CHECK(NodeId::Parse(std::string(40, 'z')));
  CHECK(NodeId().empty());
  for (const std::string& bad :
       {std::string(), std::string("-"), kId.substr(1), kId + "0", std::string(40, 'A'),
        std::string(39, '0') + "-", std::string(39, '0') + "\n", std::string(40, '\0')}) {
    CAPTURE(bad);
    const auto id = NodeId::Parse(bad);
    REQUIRE_FALSE(id);
    CHECK(id.error().code == Code::kInvalidArgument);
  }
}

TEST_CASE("member names are there and back the same") {
  for (const std::string text : {"shard-0-0", "shard-12-3", "shard-9999-9999", "server-0",
                                 "server-12", "server-9999", "sentinel-0", "sentinel-9999"}) {
    const auto member = MemberName::Parse(text);
    REQUIRE(member);
    CHECK(member->ToString() == text);
  }
  CHECK(MemberName::Parse("shard-2-1") == MemberName{.shard = 2, .ordinal = 1});
  CHECK(MemberName::Parse("server-2") == MemberName{.ordinal = 2, .kind = MemberKind::kServer});
  CHECK(MemberName::Parse("sentinel-1") == MemberName{.ordinal = 1, .kind = MemberKind::kSentinel});
  for (const std::string_view bad : {"server",         "server-",           "server-01",
                                     "server-1-2",     "server--1",         "server-+1",
                                     "server-10000",   "Server-0",          "sentinel",
                                     "sentinel-",      "sentinel-00",       "sentinel-0-0",
                                     "sentinel-10000", "sentinels-0",       " server-0",
                                     "server-0 ",      "server-0-headless", "",
                                     "shard",          "shard-1",           "shard-1-2-3",
                                     "shard--1",       "shard-1-",          "shard-01-1",
                                     "shard-1-00",     "shard-+1-1",        "shard-10000-0",
                                     "shard--1-0",     "Shard-0-0",         " shard-0-0",
                                     "pod-0-0"}) {
    CAPTURE(bad);
    CHECK_FALSE(MemberName::Parse(bad));
  }
}

TEST_CASE("ids are the documented digests") {
  const Identity identity{
      .installation = "0123456789abcdef0123456789abcdef", .name_space = "ns", .release = "rel"};
  // printf %s 0123456789abcdef0123456789abcdef/ns/rel/shard-0-0 | sha1sum
  CHECK(identity.NodeIdOf({.shard = 0, .ordinal = 0}).str() == kId);
  // printf %s 0123456789abcdef0123456789abcdef/ns/rel/sentinel-1 | sha1sum
  CHECK(identity.NodeIdOf({.ordinal = 1, .kind = MemberKind::kSentinel}).str() ==
        "414bb7e6e63206993f8b8f99f54aa3fd012af774");
  // printf %s 0123456789abcdef0123456789abcdef/ns/rel/shard-0 | sha1sum
  CHECK(identity.ShardIdOf(0).str() == "afda716150982a4b73c9c26596bd5d7a704126d6");
}

TEST_CASE("every part of an identity changes every id") {
  const Identity base{.installation = "0", .name_space = "ns", .release = "rel"};
  std::set<std::string> ids;
  for (const Identity& identity : {base, Identity{"1", "ns", "rel"}, Identity{"0", "ns2", "rel"},
                                   Identity{"0", "ns", "rel2"}}) {
    for (int shard = 0; shard < 12; ++shard) {
      ids.insert(identity.ShardIdOf(shard).str());
      for (int ordinal = 0; ordinal < 3; ++ordinal) {
        ids.insert(identity.NodeIdOf({.shard = shard, .ordinal = ordinal}).str());
      }
    }
  }
  CHECK(ids.size() == std::size_t{4} * 12 * 4);
}

}  // namespace
}  // namespace bowline
