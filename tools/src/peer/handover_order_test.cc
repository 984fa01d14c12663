#include "peer/handover_order.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

TEST_CASE("every field of an order and of a state travels") {
  const HandoverOrder order{.id = "i",
                            .by = "bowline failover in \"x\"",
                            .target = "server-1",
                            .stop = true,
                            .budget = std::chrono::seconds(50)};
  const auto read = ParseHandoverOrder(PrintHandoverOrder(order));
  REQUIRE(read);
  CHECK(read->id == order.id);
  CHECK(read->by == order.by);
  CHECK(read->target == order.target);
  CHECK(read->stop);
  CHECK(read->budget == order.budget);

  const HandoverState state{
      .challenge = "c",
      .refused = "r",
      .running = RunningHandover{.id = "i", .by = "b", .left = std::chrono::seconds(3)},
      .ended = EndedHandover{.id = "j", .result = "done", .why = "w"}};
  const auto told = ParseHandoverState(PrintHandoverState(state));
  REQUIRE(told);
  CHECK(told->challenge == "c");
  CHECK(told->refused == "r");
  REQUIRE(told->running);
  CHECK(told->running->id == "i");
  CHECK(told->running->by == "b");
  CHECK(told->running->left == std::chrono::seconds(3));
  REQUIRE(told->ended);
  CHECK(told->ended->id == "j");
  CHECK(told->ended->result == "done");
  CHECK(told->ended->why == "w");

  const auto idle = ParseHandoverState(PrintHandoverState({.challenge = "c"}));
  REQUIRE(idle);
  CHECK_FALSE(idle->running);
  CHECK_FALSE(idle->ended);
}

TEST_CASE("an order without an id or a time is none") {
  CHECK_FALSE(ParseHandoverOrder(PrintHandoverOrder({.budget = std::chrono::seconds(1)})));
  CHECK_FALSE(ParseHandoverOrder(PrintHandoverOrder({.id = "i"})));
  CHECK_FALSE(ParseHandoverOrder("{}"));
  CHECK_FALSE(ParseHandoverState("{}"));
}

}  // namespace
}  // namespace bowline
