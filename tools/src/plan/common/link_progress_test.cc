#include "plan/common/link_progress.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using Time = LinkProgress::Time;

TEST_CASE(
    "an idle connection gets through, and a busy one as long as its acknowledged bytes grow") {
  LinkProgress links;
  links.Look({{.id = "idle"}, {.id = "busy", .outstanding = true, .acked_bytes = 1}}, Time(100));
  CHECK(links.GoodUntil(2) == Time(100));
  links.Look({{.id = "idle"}, {.id = "busy", .outstanding = true, .acked_bytes = 2}}, Time(200));
  CHECK(links.GoodUntil(2) == Time(200));
  links.Look({{.id = "idle"}, {.id = "busy", .outstanding = true, .acked_bytes = 2}}, Time(300));
  CHECK(links.GoodUntil(2) == Time(200));
  CHECK(links.GoodUntil(1) == Time(300));
  CHECK_FALSE(links.GoodUntil(3));
}

TEST_CASE(
    "a connection that is found silent with something outstanding is not good because it is new") {
  LinkProgress links;
  links.Look({{.id = "a", .outstanding = true, .acked_bytes = 7, .since_heard = Time(900)}},
             Time(1000));
  CHECK(links.GoodUntil(1) == Time(100));
  links.Look({{.id = "a", .outstanding = true, .acked_bytes = 8}}, Time(1100));
  CHECK(links.GoodUntil(1) == Time(1100));
}

TEST_CASE(
    "a connection that stays open after its replica's node has died does not hide the next one") {
  LinkProgress links;
  for (Time now(0); now < Time(10'000); now += Time(100)) {
    links.Look({{.id = "dead", .outstanding = true, .acked_bytes = 7, .since_heard = now},
                {.id = "next",
                 .outstanding = true,
                 .acked_bytes = static_cast<std::uint64_t>(now.count())}},
               now);
  }
  CHECK(links.GoodUntil(1) == Time(9900));
}

TEST_CASE("one that has ended is remembered for a while, then forgotten") {
  LinkProgress links;
  links.Look({{.id = "a"}}, Time(1000));
  links.Look({}, Time(2000));
  CHECK(links.GoodUntil(1) == Time(1000));
  links.Look({}, Time(7000));
  CHECK_FALSE(links.GoodUntil(1));
}

TEST_CASE("what came in says more than what gets through") {
  LinkProgress links;
  links.Look({{.id = "a", .since_heard = Time(400)}}, Time(1000));
  CHECK(links.GoodUntil(1) == Time(1000));
  links.Look({{.id = "a", .since_heard = Time(500)}}, Time(1100));
  CHECK(links.GoodUntil(1) == Time(1100));
  CHECK(links.HeardUntil(1) == Time(600));
}

}  // namespace
}  // namespace bowline
