#include "apply/sentinel/sentinel_monitor.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "plan/common/lookups.h"
#include "plan/common/pause.h"
#include "plan/sentinel/running_sentinels.h"
#include "plan/sentinel/sentinel_heal.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr int kLooksPerOthers = 3;       // as long as all of them answer and name whom we name
constexpr int kLooksPerForgetting = 15;  // rather late than again and again
constexpr Milliseconds kDnsTimeout{1500};
constexpr Milliseconds kReportsTimeout{500};

bool AllName(const Reports& sentinels, std::optional<MemberName> primary) {
  return std::ranges::all_of(sentinels, [&](const auto& entry) {
    const auto& view = entry.second.sentinel;
    return view && view->primary == primary;
  });
}

}  // namespace

SentinelMonitor::SentinelMonitor(const Settings& settings, MemberName self, AddressBook addresses,
                                 LiveState& live, EventSink& events, Peers& peers)
    : settings_(settings),
      self_(self),
      addresses_(std::move(addresses)),
      live_(live),
      events_(events),
      peers_(peers),
      thread_(StartThread("monitor", [this](const std::stop_token& stop) { Run(stop); })) {}

SentinelMonitor::~SentinelMonitor() { thread_.request_stop(); }

void SentinelMonitor::Run(const std::stop_token& stop) {
  std::vector<MemberName> others = settings_.layout.Sentinels();
  std::erase(others, self_);
  Reports sentinels;
  Lookups lookups(self_, Since({}));
  for (int look = 1; !stop.stop_requested(); ++look) {
    const Report report = live_.Now(Milliseconds(0));
    const bool changed = NotePrimary(report);
    if (changed || look % kLooksPerOthers == 0 || sentinels.size() < others.size() ||
        !AllName(sentinels, primary_)) {
      sentinels = peers_.GatherOf(addresses_, others, Deadline::In(kReportsTimeout));
      live_.SetSentinels(sentinels, 0, AskSentinels(settings_.layout, sentinels).epoch);
    }
    const bool anew =
        !live_.Paused() && (Moved(lookups.Due(Since({}), Trouble(report, sentinels))) ||
                            (look % kLooksPerForgetting == 0 && ListsTheGone(report, sentinels)));
    if (anew) ::kill(::getpid(), SIGHUP);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

bool SentinelMonitor::NotePrimary(const Report& report) {
  if (!report.sentinel || !report.sentinel->answers || report.sentinel->primary == primary_)
    return false;
  if (primary_ && report.sentinel->primary) {
    events_.Emit("PrimaryChanged",
                 std::format("{} -> {} (epoch {})", primary_->ToString(),
                             report.sentinel->primary->ToString(), report.sentinel->epochs.config));
  }
  primary_ = report.sentinel->primary;
  return true;
}

std::vector<MemberName> SentinelMonitor::Trouble(const Report& report,
                                                 const Reports& sentinels) const {
  std::vector<MemberName> trouble = Silent(sentinels, settings_.layout.Sentinels());
  if (report.sentinel && report.sentinel->answers) {
    std::ranges::copy(LookedUpFor(settings_.layout, *report.sentinel, addresses_),
                      std::back_inserter(trouble));
  }
  std::erase(trouble, self_);
  return trouble;
}

bool SentinelMonitor::Moved(const std::vector<MemberName>& due) {
  if (due.empty()) return false;
  const AddressAnswers answers = ResolveSome(settings_, due, Deadline::In(kDnsTimeout));
  for (const auto& [member, endpoint] : answers.book) {
    const auto known = addresses_.find(member);
    if (known != addresses_.end() && known->second.ip == endpoint.ip) continue;
    events_.Emit(
        "AddressRepair",
        std::format("the Service of {} has the address {} now: starting the sentinel anew{}",
                    member.ToString(), endpoint.ip, kPauseStops));
    return true;
  }
  return false;
}

bool SentinelMonitor::ListsTheGone(const Report& report, Reports others) {
  others[self_] = report;
  others.merge(
      peers_.GatherOf(addresses_, settings_.layout.MembersOf(0), Deadline::In(kReportsTimeout)));
  const std::string why = WhyStartAnew({.layout = settings_.layout,
                                        .self = self_,
                                        .addresses = addresses_,
                                        .reports = std::move(others)});
  if (why.empty()) return false;
  events_.Emit("Repair", std::format("starting the sentinel anew: {}{}", why, kPauseStops));
  return true;
}

}  // namespace bowline
