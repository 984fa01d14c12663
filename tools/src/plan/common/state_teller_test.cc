#include "plan/common/state_teller.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using Time = StateTeller::Time;

MemberName Server(int ordinal) { return {.ordinal = ordinal, .kind = MemberKind::kServer}; }

ReleaseLook Seen(ReleaseState state, std::string reason = "why", std::vector<int> heard = {0, 1, 2},
                 bool majority = true) {
  ReleaseLook look{.state = state, .reason = std::move(reason), .majority = majority};
  for (const int ordinal : heard) look.heard.push_back(Server(ordinal));
  return look;
}

RecordedState Recorded(const std::string& state, const std::string& by,
                       const std::string& reason = "why") {
  return {.state = state,
          .reason = reason,
          .since = "2026-11-30T01:00:00Z",
          .seen = "2026-11-30T01:02:00Z",
          .by = by};
}

/// A member that looks each 2.5 s at a record that nobody refuses, unless told so.
struct Writer {
  explicit Writer(int ordinal, const RecordedState& read = {})
      : record(read), teller(Server(ordinal)) {
    teller.Read(now, record);
  }

  RecordedState record;
  StateTeller teller;
  Time now{1'000'000};
  int writes = 0;

  /// For `span`; true: something was written.
  bool Look(const ReleaseLook& look, Time span, bool accepted = true) {
    const int before = writes;
    for (const Time end = now + span; now < end; now += 2500ms) {
      teller.Read(now, record);
      const auto wanted = teller.Look(now, look, "2026-11-30T03:00:00Z");
      if (!wanted) continue;
      ++writes;
      if (!accepted) continue;
      record = *wanted;
      teller.Written(record);
    }
    return writes > before;
  }
};

const ReleaseLook kHealthy = Seen(ReleaseState::kHealthy);
const ReleaseLook kDegraded = Seen(ReleaseState::kDegraded, "server-1: silent", {0, 2});
const ReleaseLook kNobody = Seen(ReleaseState::kUnavailable, "no primary takes writes");

TEST_CASE("a state is written once it has settled, and said again each two minutes") {
  Writer writer(0);
  CHECK_FALSE(writer.Look(kHealthy, 5000ms));
  CHECK(writer.Look(kHealthy, 2500ms));
  CHECK(writer.record == RecordedState{.state = "Healthy",
                                       .reason = "why",
                                       .since = "2026-11-30T03:00:00Z",
                                       .seen = "2026-11-30T03:00:00Z",
                                       .by = "server-0"});
  CHECK(writer.teller.Said());
  CHECK(writer.Look(kHealthy, 3600s));
  CHECK(writer.writes <= 31);
  CHECK(writer.writes >= 29);
}

TEST_CASE("nothing is written before the record was read") {
  StateTeller teller(Server(0));
  CHECK_FALSE(teller.Look(1s, kHealthy, "t"));
  CHECK_FALSE(teller.Look(60s, kHealthy, "t"));
  teller.Read(61s, {});
  CHECK(teller.Look(61s, kHealthy, "t"));
}

TEST_CASE("a planned handover, and a look that comes too late, do not show") {
  Writer writer(0);
  REQUIRE(writer.Look(kHealthy, 10s));
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(writer.Look(kNobody, 2500ms));
    CHECK_FALSE(writer.Look(kHealthy, 7500ms));
  }
  CHECK(writer.record.state == "Healthy");
}

TEST_CASE("a state that goes to and fro is written six times a minute at most") {
  Writer writer(0);
  for (int i = 0; i < 60; ++i) {
    writer.Look(i % 2 == 0 ? kDegraded : kHealthy, 10s);
  }
  CHECK(writer.writes > 10);
  CHECK(writer.writes <= 60);
}

TEST_CASE("a reason alone is written twice a minute at most, and keeps the time of the state") {
  Writer writer(0, Recorded("Degraded", "server-0"));
  for (int i = 0; i < 240; ++i) {
    writer.Look(Seen(ReleaseState::kDegraded, std::to_string(i)), 2500ms);
  }
  CHECK(writer.writes >= 15);
  CHECK(writer.writes <= 20);
  CHECK(writer.record.since == "2026-11-30T01:00:00Z");
}

TEST_CASE("a time that is none is replaced") {
  RecordedState odd = Recorded("Healthy", "server-0");
  odd.since = "yesterday";
  Writer writer(0, odd);
  CHECK(writer.Look(kHealthy, 10s));
  CHECK(writer.record.since == "2026-11-30T03:00:00Z");
}

TEST_CASE("the next member goes on for one that is gone, at once") {
  Writer writer(1, Recorded("Healthy", "server-0"));
  SECTION("the state is the same: another one says so") {
    CHECK(writer.Look(Seen(ReleaseState::kHealthy, "why", {1, 2}), 7500ms));
    CHECK(writer.record.since == "2026-11-30T01:00:00Z");
  }
  SECTION("it is another one") {
    CHECK(writer.Look(Seen(ReleaseState::kDegraded, "server-0: silent", {1, 2}), 7500ms));
    CHECK(writer.record.state == "Degraded");
  }
  CHECK(writer.record.by == "server-1");
}

TEST_CASE("a writer that was killed between look and write: its successor writes the same") {
  Writer killed(0, Recorded("Healthy", "server-0"));
  REQUIRE(killed.Look(kDegraded, 7500ms, false));
  Writer next(1, killed.record);
  CHECK(next.Look(kDegraded, 7500ms));
  CHECK(next.record.state == "Degraded");
}

TEST_CASE("a write that fails is tried again, and not all the time") {
  Writer writer(0, Recorded("Healthy", "server-0"));
  REQUIRE(writer.Look(kDegraded, 60s, false));
  CHECK(writer.writes >= 5);
  CHECK(writer.writes <= 6);
  CHECK(writer.Look(kDegraded, 12'500ms));
  CHECK(writer.record.state == "Degraded");
}

TEST_CASE("whoever empties the record, or writes something else, is overwritten") {
  Writer writer(0);
  REQUIRE(writer.Look(kHealthy, 10s));
  writer.record = {};
  CHECK(writer.Look(kHealthy, 12'500ms));
  CHECK(writer.record.state == "Healthy");
  writer.record.state = "Unavailable";
  CHECK(writer.Look(kHealthy, 12'500ms));
  CHECK(writer.record.state == "Healthy");
}

TEST_CASE("a member that is cut off writes nothing while another one may be well") {
  const ReleaseLook alone = Seen(ReleaseState::kUnavailable, "alone", {2}, false);
  SECTION("the last writer is not heard") {
    Writer writer(2, Recorded("Healthy", "server-0"));
    CHECK_FALSE(writer.Look(alone, 300s));
    SECTION("and has gone on") {
      writer.record.reason = "server-2: silent";
      CHECK_FALSE(writer.Look(alone, 300s));
    }
    SECTION("and has said it again") {
      writer.record.seen = "2026-11-30T01:04:00Z";
      CHECK_FALSE(writer.Look(alone, 300s));
    }
    SECTION("and is silent for five minutes") {
      CHECK(writer.Look(alone, 10s));
      CHECK(writer.record.state == "Unavailable");
    }
  }
  SECTION("it was the last writer: the others would have gone on within a minute") {
    Writer writer(2, Recorded("Healthy", "server-2"));
    CHECK_FALSE(writer.Look(alone, 60s));
    SECTION("as they do") {
      writer.record = Recorded("Degraded", "server-0", "server-2: silent");
      CHECK_FALSE(writer.Look(alone, 300s));
    }
    SECTION("and nobody does") { CHECK(writer.Look(alone, 10s)); }
  }
}

TEST_CASE("an installation that has never been healthy waits for no majority") {
  const ReleaseLook forming = Seen(ReleaseState::kForming, "server-0: guard", {0}, false);
  Writer first(0);
  CHECK(first.Look(forming, 7500ms));
  Writer next(0, Recorded("Forming", "server-1"));
  CHECK(next.Look(forming, 7500ms));
}

TEST_CASE("two that hear a majority and not each other: the higher one gives way") {
  Writer lower(0);
  Writer higher(1);
  const ReleaseLook low = Seen(ReleaseState::kDegraded, "server-1: silent", {0, 2});
  const ReleaseLook high = Seen(ReleaseState::kDegraded, "server-0: silent", {1, 2});
  for (int i = 0; i < 240; ++i) {
    lower.Look(low, 2500ms);
    higher.record = lower.record;
    higher.Look(high, 2500ms);
    lower.record = higher.record;
  }
  CHECK(lower.record.by == "server-0");
  CHECK(higher.writes <= 3);
  SECTION("and goes on when the lower one falls silent") {
    higher.Look(high, 310s);
    CHECK(higher.record.by == "server-1");
  }
}

TEST_CASE(
    "two that hear each other write the same, so the later one changes nothing but the name") {
  Writer first(0);
  REQUIRE(first.Look(kDegraded, 10s));
  Writer second(1, first.record);
  REQUIRE(second.Look(kDegraded, 10s));
  CHECK(second.record.state == first.record.state);
  CHECK(second.record.since == first.record.since);
  second.teller.Rest();
  CHECK_FALSE(second.teller.Said());
}

TEST_CASE("a name that is none is no member that may be well elsewhere") {
  Writer writer(1, Recorded("Healthy", "somebody"));
  CHECK(writer.Look(Seen(ReleaseState::kDegraded, "why", {1}, false), 70s));
}

}  // namespace
}  // namespace bowline
