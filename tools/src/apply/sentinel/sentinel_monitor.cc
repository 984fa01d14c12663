#include "apply/sentinel/sentinel_monitor.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "plan/common/pause.h"
#include "plan/sentinel/running_sentinels.h"
#include "plan/sentinel/sentinel_heal.h"
#include "sys/counters.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr int kLooksPerOthers = 3;  // as long as all of them answer and name whom we name
// A sentinel that is out of reach of the primary alone may see no trouble of its own: its process
// has connections from before. Members are forgotten rather late than again and again.
constexpr int kLooksPerServers = 15;
constexpr Milliseconds kDnsTimeout{1500};
constexpr Milliseconds kReportsTimeout{500};

bool AllName(const Reports& sentinels, std::optional<MemberName> primary) {
  return std::ranges::all_of(sentinels, [&](const auto& entry) {
    const auto& view = entry.second.sentinel;
    return view && view->primary == primary;
  });
}

}  // namespace

SentinelMonitor::SentinelMonitor(Lane& lane, const LiveSettings& settings, MemberName self,
                                 AddressBook addresses, SentinelProbe& probe, LiveState& live,
                                 EventSink& events, Peers& peers)
    : settings_(settings),
      self_(self),
      addresses_(std::move(addresses)),
      probe_(probe),
      live_(live),
      events_(events),
      peers_(peers),
      step_(lane, "monitor", [this] {
        Look();
        return kLook;
      }) {}

void SentinelMonitor::Look() {
  std::vector<MemberName> others = settings_->layout.Sentinels();
  std::erase(others, self_);
  ++looks_;
  const Report report = live_.Now(Milliseconds(0));
  const bool changed = NotePrimary(report);
  if (changed || looks_ % kLooksPerOthers == 0 || sentinels_.size() < others.size() ||
      !AllName(sentinels_, primary_)) {
    sentinels_ = peers_.GatherOf(addresses_, others, Deadline::In(kReportsTimeout));
    live_.SetSentinels(sentinels_, 0, AskSentinels(settings_->layout, sentinels_).epoch);
  }
  Reports all = sentinels_;
  all[self_] = report;
  ProcessCounters().Set("bowline_quorum", HearsMajority(settings_->layout, all) ? 1 : 0);
  const bool servers = looks_ % kLooksPerServers == 0;
  if (servers || looks_ == 1) {
    servers_ =
        peers_.GatherOf(addresses_, settings_->layout.MembersOf(0), Deadline::In(kReportsTimeout));
  }
  LookUp(Trouble(report));
  const bool anew = !live_.Paused() && (Moved() || (servers && ListsTheGone(report)));
  if (anew) ::kill(::getpid(), SIGHUP);
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

std::vector<MemberName> SentinelMonitor::Trouble(const Report& report) const {
  const Layout layout = settings_->layout;
  std::vector<MemberName> trouble = Silent(sentinels_, layout.Sentinels());
  std::ranges::copy(Silent(servers_, layout.MembersOf(0)), std::back_inserter(trouble));
  if (report.sentinel && report.sentinel->answers) {
    std::ranges::copy(LookedUpFor(layout, *report.sentinel, addresses_),
                      std::back_inserter(trouble));
  }
  std::erase(trouble, self_);
  return trouble;
}

void SentinelMonitor::LookUp(const std::vector<MemberName>& trouble) {
  const std::vector<MemberName> due = lookups_.Due(Since({}), trouble);
  if (due.empty()) return;
  const AddressAnswers answers = ResolveSome(*settings_.Get(), due, Deadline::In(kDnsTimeout));
  lookups_.Answered(due, answers.book);
  for (const auto& [member, endpoint] : answers.book) {
    const auto known = addresses_.find(member);
    if (known != addresses_.end() && known->second.ip == endpoint.ip) {
      moved_.erase(member);
    } else {
      moved_[member] = endpoint;
    }
  }
  probe_.SetMoved(moved_);
}

bool SentinelMonitor::Moved() {
  if (moved_.empty()) return false;
  const auto [member, endpoint] = *moved_.begin();
  moved_.clear();  // told once for each look-up, should the end of the process take long
  events_.Emit("AddressRepair",
               std::format("the Service of {} has the address {} now: starting the sentinel anew{}",
                           member.ToString(), endpoint.ip, kPauseStops));
  return true;
}

bool SentinelMonitor::ListsTheGone(const Report& report) const {
  Reports others = sentinels_;
  others[self_] = report;
  others.insert(servers_.begin(), servers_.end());
  const auto why = WhyStartAnew({.layout = settings_->layout,
                                 .self = self_,
                                 .addresses = addresses_,
                                 .reports = std::move(others)});
  if (!why) return false;
  events_.Emit("Repair", std::format("starting the sentinel anew: {}{}", *why, kPauseStops));
  return true;
}

}  // namespace bowline
