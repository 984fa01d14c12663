#pragma once
// What GET /metrics tells of the own process and no look asks: statistics of commands, slow log,
// latencies; of a sentinel all. Asked over a connection of its own, only after a scrape.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "apply/common/live_state.h"
#include "apply/common/login_source.h"
#include "plan/common/metrics_engine.h"
#include "resp/client.h"
#include "runtime/lane.h"

namespace bowline {

/// Of LATENCY LATEST: [[event, when, milliseconds, longest, ...], ...]
std::vector<LatencySpike> ReadSpikes(const Reply& reply);

/// An engine's; what it refuses is left out.
EngineTold AskStatistics(RespClient& engine, Deadline deadline);

/// How the process is asked.
struct StatisticsSource {
  int port = 0;
  LoginSource login;
  std::function<EngineTold(RespClient&, Deadline)> ask;
};

/// Thread-safe.
class EngineStatistics {
 public:
  /// Asks on the lane, for 0.5 s at most, and nothing while the process does not answer or loads.
  EngineStatistics(Lane& lane, LiveState& live, StatisticsSource source);
  EngineStatistics(const EngineStatistics&) = delete;
  EngineStatistics& operator=(const EngineStatistics&) = delete;

  /// Were the questions asked within that time? Never waits; if not, they are asked.
  bool Fresh(Milliseconds max_age);
  /// The last answers.
  [[nodiscard]] std::shared_ptr<const EngineTold> Last() const;

 private:
  void Look();

  LiveState& live_;
  StatisticsSource source_;
  std::optional<RespClient> client_;  ///< of the lane alone
  mutable std::mutex mutex_;
  bool wanted_ = false;
  std::chrono::steady_clock::time_point asked_;
  std::shared_ptr<const EngineTold> told_ = std::make_shared<EngineTold>();
  Step step_;
};

}  // namespace bowline
