#pragma once
// GET /metrics of a member: a page that is rendered at most once a second and only after a scrape.
// docs/decisions/0040-metrics.md.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "apply/common/engine_probe.h"
#include "apply/common/engine_statistics.h"
#include "apply/common/live_state.h"
#include "apply/common/peers.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"
#include "web/http.h"

namespace bowline {

class MetricsPage {
 public:
  struct Sources {
    const LiveSettings& settings;
    const ModeRules& rules;
    LiveState& live;
    Peers& peers;
    StatisticsSource statistics;
    /// The texts of the looks at an engine; empty: the process is a sentinel.
    std::function<std::shared_ptr<const EngineTexts>()> texts;
  };

  /// Renders on `render`, which must not block for long; asks for statistics on `ask`, which may.
  MetricsPage(Lane& render, Lane& ask, Sources sources);
  MetricsPage(const MetricsPage&) = delete;
  MetricsPage& operator=(const MetricsPage&) = delete;

  /// A start guard begins to wait.
  void GuardBegins();

  /// As HttpHandler. Never waits. A scrape waits 0.3 s at most for newer answers of the engine and
  /// 2 s for the page itself, then it gets the last page; 503 when there has been none.
  std::optional<HttpAnswer> Answer(Milliseconds waited);

 private:
  void Render();
  [[nodiscard]] std::string Rendered();

  Sources sources_;
  EngineStatistics statistics_;
  std::mutex mutex_;
  bool wanted_ = false;
  std::chrono::steady_clock::time_point guard_began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point rendered_;
  std::string page_;  ///< empty: none was rendered
  Step step_;
};

}  // namespace bowline
