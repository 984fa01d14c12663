// Handovers that are asked for by messages: one at a time, whoever asks, and whatever becomes of
// the asker.

#include "apply/common/handovers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "sys/counters.h"
#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Eventually;
using testing::ServerName;
using testing::Soon;

PeerSender Of(MemberName member) {
  return {.identity = {.installation = "0a", .name_space = "ns", .release = "cache"},
          .member = member.ToString(),
          .pod = "cache-" + member.ToString()};
}

HandoverEnd Done() { return {.result = HandoverResult::kDone, .why = "server-1 leads"}; }

/// The program of server-0. A handover takes until `ends`.
struct Primary {
  Primary() {
    server.On("POST", kHandoverPath,
              AnswerOrders([this] { return own; },
                           [this](const auto& order) { return handovers.Answer(order); }));
    REQUIRE(server.Start(target.port));
  }
  void Open() {
    handovers.Open([this](const HandoverOrder&, Deadline deadline) {
      ++began;
      while (!ends && deadline.Sleep(Milliseconds(5))) {
      }
      return Done();
    });
  }

  PeerChannel own{.keys = {{"k"}}, .self = Of(ServerName(0)), .rejected = {}};
  PeerTarget target{.member = ServerName(0),
                    .pod = "cache-server-0",
                    .ip = "127.0.0.1",
                    .port = testing::FreePort()};
  std::atomic<bool> ends = false;
  std::atomic<int> began = 0;
  Lane lane{"handovers"};
  Handovers handovers{lane};
  HttpServer server{PeerLimits()};

  [[nodiscard]] Result<HandoverEnd> Ask(const std::string& asker, bool wait = false,
                                        Deadline deadline = Soon()) const {
    const PeerChannel channel{.keys = {{"k"}}, .self = Of(ServerName(1)), .rejected = {}};
    return AskForHandover(channel, target, {.id = "", .by = asker, .target = ""}, wait, deadline);
  }
};

TEST_CASE("a handover that is asked for, and its end") {
  Primary primary;
  primary.Open();
  primary.ends = true;
  const auto end = primary.Ask("somebody");
  REQUIRE(end);
  CHECK(end->result == HandoverResult::kDone);
  CHECK(end->why == "server-1 leads");
  CHECK(primary.began == 1);
  CHECK(primary.Ask("somebody"));
  CHECK(primary.began == 2);
}

TEST_CASE("two at once: the second is told who hands over, and for how long at most") {
  Primary primary;
  primary.Open();
  const std::jthread first([&] { (void)primary.Ask("the first one"); });
  REQUIRE(Eventually([&] { return primary.began == 1; }));
  const auto refused = primary.Ask("the second one");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kAborted);
  CHECK_THAT(refused.error().message, ContainsSubstring("asked for by the first one"));
  CHECK_THAT(refused.error().message, ContainsSubstring("ends within"));
  SECTION("a stop waits for it") {
    std::atomic<bool> done = false;
    const std::jthread hook([&] { done = primary.Ask("the hook", true).has_value(); });
    (void)Soon().Sleep(Milliseconds(100));
    CHECK(primary.began == 1);
    primary.ends = true;
    CHECK(Eventually([&] { return primary.began == 2 && done; }));
  }
  SECTION("SIGTERM takes its end for its own") {
    const std::jthread later([&] {
      (void)Soon().Sleep(Milliseconds(100));
      primary.ends = true;
    });
    const auto end = primary.handovers.Wait(Soon());
    REQUIRE(end);
    CHECK(end->result == HandoverResult::kDone);
    CHECK_FALSE(primary.handovers.Wait(Soon()));
  }
  primary.ends = true;
}

TEST_CASE("twenty at once: never two") {
  Primary primary;
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  primary.handovers.Open([&](const HandoverOrder&, Deadline) {
    most = std::max(most.load(), ++now);
    (void)Soon().Sleep(Milliseconds(5));
    --now;
    return Done();
  });
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 20; ++i) {
      askers.emplace_back([&, i] { done += primary.Ask(std::to_string(i), true) ? 1 : 0; });
    }
  }
  CHECK(done == 20);
  CHECK(most == 1);
}

TEST_CASE("an asker that is killed changes nothing: the handover comes to its end") {
  Primary primary;
  primary.Open();
  const pid_t asker = ::fork();
  if (asker == 0) {
    (void)primary.Ask("the killed one");
    ::_exit(0);
  }
  const bool began = Eventually([&] { return primary.began == 1; });
  ::kill(asker, SIGKILL);
  ::waitpid(asker, nullptr, 0);
  REQUIRE(began);
  CHECK(primary.handovers.Running());
  CHECK_FALSE(primary.Ask("the next one"));
  primary.ends = true;
  CHECK(Eventually([&] { return !primary.handovers.Running(); }));
  CHECK(primary.Ask("the next one"));
}

TEST_CASE("an order that was recorded is not done again") {
  Primary primary;
  primary.Open();
  primary.ends = true;
  const auto state = ParseHandoverState(primary.handovers.Answer({}));
  REQUIRE(state);
  const PeerOrder order{
      .request = {},
      .challenge = state->challenge,
      .body = PrintHandoverOrder({.id = "i", .by = "x", .budget = Milliseconds(20'000)})};
  (void)primary.handovers.Answer(order);
  REQUIRE(Eventually([&] { return primary.began == 1 && !primary.handovers.Running(); }));
  (void)primary.handovers.Answer(order);
  (void)Soon().Sleep(Milliseconds(100));
  CHECK(primary.began == 1);
}

TEST_CASE("a member whose engine does not run hands nothing over, and says so") {
  Primary primary;
  SECTION("never yet") {}
  SECTION("no more") {
    primary.Open();
    CHECK(primary.handovers.Close(Soon()));
  }
  const auto refused = primary.Ask("somebody");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kFailedPrecondition);
  CHECK_THAT(refused.error().message, ContainsSubstring("its engine does not run"));
}

TEST_CASE("nobody answers: known within seconds, not at the deadline") {
  Primary primary;
  primary.server.Stop();
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(primary.Ask("somebody"));
  CHECK(Since(start) < Milliseconds(10'000));
}

TEST_CASE("a handover that throws is a failed one") {
  Primary primary;
  primary.handovers.Open(
      [](const HandoverOrder&, Deadline) -> HandoverEnd { throw std::runtime_error("no memory"); });
  const auto end = primary.Ask("somebody");
  REQUIRE(end);
  CHECK(end->result == HandoverResult::kFailed);
  CHECK_THAT(end->why, ContainsSubstring("no memory"));
}

TEST_CASE("handovers are counted by their kind and end, what was none is not") {
  const auto count = [](const std::string& result) {
    MetricSet set;
    ProcessCounters().AddTo(set);
    const MetricLabels labels = {{"kind", "stale"}, {"result", result}};
    double found = 0;
    for (const auto& [name, family] : set.families()) {
      if (name != "bowline_handovers_total") continue;
      for (const MetricSample& sample : family.samples) {
        if (sample.labels == labels) found += sample.value;
      }
    }
    return found;
  };
  Lane lane("handovers");
  Handovers handovers(lane);
  HandoverEnd end = Done();
  handovers.Open([&](const HandoverOrder&, Deadline) { return end; });
  const auto run = [&] {
    (void)handovers.Run({.id = "", .by = "a test", .target = ""}, Soon(), kForStale);
  };
  run();
  CHECK(count("done") == 1);
  end = {.result = HandoverResult::kFailed, .why = "no"};
  run();
  CHECK(count("failed") == 1);
  end = {.result = HandoverResult::kNothingToDo, .why = "a replica"};
  run();
  CHECK(count("done") == 1);
  CHECK(count("failed") == 1);
}

TEST_CASE("what the hook has done counts at SIGTERM") {
  Lane lane("handovers");
  Handovers handovers(lane);
  HandoverEnd end = Done();
  handovers.Open([&](const HandoverOrder&, Deadline) { return end; });
  const Milliseconds grace{60'000};
  CHECK_FALSE(handovers.ForStop(grace).since_hook);
  CHECK(handovers.Run({.id = "", .by = "a verb", .target = ""}, Soon()).result ==
        HandoverResult::kDone);
  CHECK_FALSE(handovers.ForStop(grace).since_hook);
  SECTION("there is nothing to try again") {
    end = {.result = HandoverResult::kNoMajority, .why = "no majority of sentinels"};
    (void)handovers.Run({.id = "", .by = "the hook", .target = "", .stop = true}, Soon());
    CHECK(handovers.ForStop(grace).settled == "no majority of sentinels");
    CHECK(PlanStop(handovers.ForStop(grace)).handover == Milliseconds(0));
  }
  SECTION("it was a replica then, or it has failed") {
    end.result = HandoverResult::kNothingToDo;
    (void)handovers.Run({.id = "", .by = "the hook", .target = "", .stop = true}, Soon());
    CHECK(handovers.ForStop(grace).since_hook);
    CHECK_FALSE(handovers.ForStop(grace).since_settled);
    CHECK(PlanStop(handovers.ForStop(grace)).handover > Milliseconds(40'000));
  }
}

}  // namespace
}  // namespace bowline
