#include "apply/common/metrics_page.h"

#include "plan/common/metrics_member.h"
#include "plan/common/mode_rules.h"
#include "sys/counters.h"

namespace bowline {
namespace {

// A page, and what it is made from, are no older when a scrape begins.
constexpr Milliseconds kPageAge{1000};
// A scrape waits so long for answers of the engine that are younger than that, and so long for the
// page: the lane that renders may be in a look at an engine that does not answer.
constexpr Milliseconds kAnswers{300};
constexpr Milliseconds kLongest{2000};

}  // namespace

MetricsPage::MetricsPage(Lane& render, Lane& ask, Sources sources)
    : sources_(std::move(sources)),
      statistics_(ask, sources_.live, sources_.statistics),
      step_(render, "metrics", [this] {
        Render();
        return kUntilWoken;
      }) {}

void MetricsPage::GuardBegins() {
  const std::scoped_lock lock(mutex_);
  guard_began_ = std::chrono::steady_clock::now();
}

std::optional<HttpAnswer> MetricsPage::Answer(Milliseconds waited) {
  const std::scoped_lock lock(mutex_);
  const bool old = page_.empty() || Since(rendered_) > kPageAge;
  if (old && waited < kLongest) {
    const bool looked = sources_.live.Fresh(kPageAge);
    const bool asked = statistics_.Fresh(kPageAge);
    if (!wanted_ && ((looked && asked) || waited >= kAnswers)) {
      wanted_ = true;
      step_.Wake();
    }
    return std::nullopt;
  }
  if (page_.empty()) return HttpAnswer{.status = 503, .body = "there is no page yet\n"};
  return HttpAnswer{.status = 200, .body = page_, .content_type = std::string(kMetricsContentType)};
}

void MetricsPage::Render() {
  {
    const std::scoped_lock lock(mutex_);
    if (!wanted_) return;
  }
  std::string page = Rendered();
  const std::scoped_lock lock(mutex_);
  wanted_ = false;
  rendered_ = std::chrono::steady_clock::now();
  page_ = std::move(page);
}

std::string MetricsPage::Rendered() {
  LiveState& live = sources_.live;
  const LiveSettings::Pointer settings = sources_.settings.Get();
  const ProbeInput probe = live.ForProbes();
  MemberFacts facts{.report = live.Last(),
                    .layout = settings->layout,
                    .identity = {.installation = "",
                                 .name_space = settings->name_space,
                                 .release = settings->release},
                    .addresses = live.Addresses(),
                    .ready = ReadinessVerdict(probe, sources_.rules),
                    .fenced = probe.fenced.has_value(),
                    .paused = live.Paused(),
                    .heard = sources_.peers.Heard()};
  facts.identity.installation = facts.report.installation;
  {
    const std::scoped_lock lock(mutex_);
    facts.waited = Since(guard_began_);
  }
  const auto texts = sources_.texts ? sources_.texts() : std::make_shared<const EngineTexts>();
  facts.info = texts->info;
  MetricSet set;
  AddMemberMetrics(facts, set);
  ProcessCounters().AddTo(set);
  const bool up = facts.report.phase == Phase::kRunning && facts.report.engine.answers;
  AddEngineMetrics({.up = up,
                    .data = facts.report.member.HoldsData(),
                    .info = texts->info,
                    .cluster = texts->cluster,
                    .now = UnixSeconds()},
                   *statistics_.Last(), set);
  return set.Print();
}

}  // namespace bowline
