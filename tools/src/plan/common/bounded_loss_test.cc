#include "plan/common/bounded_loss.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

#include "base/timing.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using Time = LossJudge::Time;

constexpr Time kLimit{2000};
constexpr Time kBegin{100'000};

/// Looks each kLossLook, `for_` long; the last verdict, and when the first wait began.
struct Run {
  LossJudge judge;
  ReplicationLook look{.history = "h", .offset = 1000, .acked = 1000, .fed = true};
  Time now = kBegin;

  bool Looks(Time for_) {
    for (const Time end = now + for_; now < end;) {
      now += kLossLook;
      judge.Look(look, now);
      judge.Judge(kLimit, now);
    }
    return judge.waiting();
  }
};

TEST_CASE("writes wait when what was written is not acknowledged for the limit, until it is") {
  Run run;
  CHECK_FALSE(run.Looks(Time(10'000)));
  CHECK_FALSE(run.judge.Since());
  const Time written = run.now;
  run.look.offset = 1100;
  CHECK_FALSE(run.Looks(kLimit - kLossLook));
  CHECK(run.judge.Since() == written);  // the last look that had not seen it
  CHECK(run.Looks(kLossLook));
  CHECK(run.Looks(Time(60'000)));
  run.look.acked = 1099;  // a part of it
  CHECK(run.Looks(kLossLook));
  run.look.acked = 1100;
  CHECK_FALSE(run.Looks(kLossLook));
}

TEST_CASE("an acknowledgement of a part leaves what was written later") {
  Run run;
  run.Looks(Time(1000));
  run.look.offset = 1100;
  run.Looks(Time(1000));
  const Time second = run.now;
  run.look.offset = 1200;
  run.Looks(Time(500));
  run.look.acked = 1100;
  CHECK_FALSE(run.Looks(Time(1000)));
  CHECK(run.judge.Since() == second);
  CHECK(run.Looks(Time(500)));
}

TEST_CASE("whom the primary hears") {
  struct Case {
    const char* name;
    std::int64_t written;  ///< in each look
    std::int64_t acked;    ///< -1: nobody is online
    bool fed;
    bool waits;
  };
  for (const Case& c : {Case{"idle, the replica is in sync", 0, 1000, true, false},
                        Case{"idle, it is frozen", 0, 400, true, false},
                        Case{"idle, there is none", 0, -1, false, false},
                        Case{"idle, it gets a full copy", 0, -1, true, false},
                        Case{"written, it is frozen", 100, 1000, true, true},
                        Case{"written, there is none", 100, -1, false, true},
                        Case{"written, it gets a full copy", 100, -1, true, true},
                        Case{"written, it tells more than there is", 0, 9999, true, false},
                        // Without a backlog the offset counts writes (replication.c).
                        Case{"14 writes without a backlog", 14, -1, false, true}}) {
    CAPTURE(c.name);
    Run run;
    run.look.acked = c.acked;
    run.look.fed = c.fed;
    run.Looks(Time(500));
    for (int i = 0; i < 12; ++i) {
      run.look.offset += c.written;
      run.Looks(kLossLook);
    }
    CHECK(run.judge.waiting() == c.waits);
  }
}

TEST_CASE("the engine's own PING is no write, beside one it does not hide it") {
  Run run;
  run.Looks(Time(500));
  for (int i = 0; i < 20; ++i) {
    run.look.offset += 14;
    CHECK_FALSE(run.Looks(Time(10'000)));
  }
  run.look.offset += 14 + 40;
  CHECK(run.Looks(kLimit));
  run.look.offset += 14;
  CHECK(run.Looks(kLossLook));
}

TEST_CASE("another history begins anew: what it had then counts as acknowledged") {
  Run run;
  run.Looks(Time(500));
  run.look.offset = 1100;
  REQUIRE(run.Looks(kLimit));
  run.look.acked = -1;
  SECTION("another id") { run.look.history = "other"; }
  SECTION("an offset that goes back") { run.look.offset = 900; }
  SECTION("it led no more") { run.judge.Forget(); }
  CHECK_FALSE(run.Looks(Time(10'000)));
  run.look.offset += 100;
  CHECK(run.Looks(kLimit));
}

TEST_CASE("a look that comes late does not let a set in sync wait") {
  Run run;
  run.Looks(Time(1000));
  run.now += Time(30'000);  // this program did not run, and the set was written
  run.look.offset = 50'000;
  run.look.acked = 49'000;
  CHECK_FALSE(run.Looks(kLossLook));
  SECTION("the replica acknowledges") {
    run.look.acked = 50'000;
    CHECK_FALSE(run.Looks(kReplicaAcks));
  }
  SECTION("it does not") { CHECK(run.Looks(kReplicaAcks)); }
  SECTION("a wait that has begun goes on") {
    REQUIRE(run.Looks(Time(5000)));
    run.now += Time(30'000);
    CHECK(run.Looks(kLossLook));
  }
}

TEST_CASE("only declared replicas that are online count, and the one that has most") {
  const Layout layout{.shards = 3, .replicas_per_shard = 1};
  const AddressBook addresses = testing::Addresses(layout);
  const std::string ip = addresses.at(k01).ip;
  EngineInfo primary{.primary = true};
  primary.replication_id = "h";
  primary.offset = 900;
  const auto acked = [&] { return LookOf(primary, {k01}, addresses).acked; };
  CHECK(acked() == -1);
  CHECK_FALSE(LookOf(primary, {k01}, addresses).fed);
  primary.replicas = {{.ip = "203.0.113.9", .state = "online", .offset = 900},
                      {.ip = addresses.at(k00).ip, .state = "online", .offset = 900},
                      {.ip = ip, .state = "send_bulk", .offset = 900}};
  CHECK(acked() == -1);
  CHECK(LookOf(primary, {k01}, addresses).fed);
  primary.replicas.push_back({.ip = ip, .state = "online", .offset = 700});
  primary.replicas.push_back({.ip = ip, .state = "online", .offset = 500});  // of its lost node
  CHECK(acked() == 700);
}

TEST_CASE("connections of sentinels that hang with the writes, and no others") {
  const auto ids = HeldSentinels({{.id = "1", .name = "sentinel-0123abcd-cmd", .flags = "b"},
                                  {.id = "2", .name = "sentinel-0123abcd-cmd", .flags = "N"},
                                  {.id = "3", .name = "sentinel-0123abcd-pubsub", .flags = "b"},
                                  {.id = "4", .name = "app", .flags = "b"}});
  CHECK(ids == std::vector<std::string>{"1"});
}

TEST_CASE("members whose writes wait are a problem") {
  Reports reports;
  reports[k00].writes_wait = "nobody acknowledges";
  reports[k01] = {};
  const auto lines = DescribeWaitingWrites(reports);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("shard-0-0: writes wait: nobody acknowledges"));
  CHECK(lines[0].contains("maxUnreplicatedSeconds=0"));
}

/// Writes, acknowledgements that are late, looks at any times: nothing is ever taken while the
/// oldest write that no replica has acknowledged is older than the limit and one look.
TEST_CASE("no write is taken later than the limit and a look after one that nobody has") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    LossJudge judge;
    struct Write {
      Time time;
      std::int64_t end;
    };
    std::vector<Write> open;
    std::int64_t offset = 1000;
    std::int64_t acked = 1000;
    Time next_look = kBegin;
    bool away = false;
    for (Time now = kBegin; now < kBegin + Time(20'000); now += Time(10)) {
      if (below(150) == 0) away = !away;
      if (!away && below(100) == 0) acked = offset - (below(4) == 0 ? below(50) : 0);
      std::erase_if(open, [&](const Write& write) { return write.end <= acked; });
      if (now >= next_look) {
        judge.Look({.history = "h", .offset = offset, .acked = acked, .fed = !away}, now);
        judge.Judge(kLimit, now);
        next_look = now + Time(50 + below(200));
      }
      if (judge.waiting() || below(3) > 0) continue;
      // 250 ms: the longest time between two looks here.
      if (!open.empty()) REQUIRE(now - open.front().time <= kLimit + Time(250));
      offset += 20 + below(60);
      open.push_back({.time = now, .end = offset});
    }
  }
}

}  // namespace
}  // namespace bowline
