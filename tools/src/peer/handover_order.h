#pragma once
// The order to hand a primary over, as its program takes it, and the state that it answers
// (docs/formats/peer-protocol.md).

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"

namespace bowline {

struct HandoverOrder {
  std::string id;      ///< random, of the asker
  std::string by;      ///< for people: "the preStop hook", "bowline failover in cache-server-1"
  std::string target;  ///< the member that shall lead; empty: the best one
  bool stop = false;   ///< the pod stops: what comes of it counts at SIGTERM
  std::chrono::milliseconds budget{0};
};

struct RunningHandover {
  std::string id;
  std::string by;
  std::chrono::milliseconds left{0};  ///< it ends within that
};

struct EndedHandover {
  std::string id;
  std::string result;  ///< HandoverResultName
  std::string why;
};

struct HandoverState {
  std::string challenge;  ///< for the next order
  /// Why no order is taken at all ("its engine does not run"); empty: they are.
  std::string refused;
  std::optional<RunningHandover> running;
  std::optional<EndedHandover> ended;  ///< of the order in the message
};

std::string PrintHandoverOrder(const HandoverOrder& order);
Result<HandoverOrder> ParseHandoverOrder(std::string_view text);
std::string PrintHandoverState(const HandoverState& state);
Result<HandoverState> ParseHandoverState(std::string_view text);

}  // namespace bowline
