#include "apply/common/supervisor.h"

#include <csignal>
#include <utility>

#include "apply/common/counting.h"
#include "apply/common/settings_news.h"
#include "base/exit_code.h"
#include "base/timing.h"
#include "sys/cgroup.h"
#include "sys/counters.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kFlush{1500};

constexpr const char* kOutOfMemory =
    ", by the kernel: the container has reached its memory limit. Raise the limit, or leave more "
    "of it free by maxMemoryPercent or config.maxmemory";

std::optional<HttpAnswer> ToAnswer(const std::optional<Verdict>& verdict) {
  if (!verdict) return std::nullopt;
  return HttpAnswer{.status = verdict->ok ? 200 : 503, .body = verdict->Line() + "\n"};
}

void AnswerProbes(HttpServer& server, Probes& probes) {
  server.On("GET", "/startup", [&probes](const HttpRequest&, Milliseconds waited) {
    return ToAnswer(probes.Startup(waited));
  });
  server.On("GET", "/live",
            [&probes](const HttpRequest&, Milliseconds) { return ToAnswer(probes.Live()); });
  server.On("GET", "/ready", [&probes](const HttpRequest&, Milliseconds waited) {
    return ToAnswer(probes.Ready(waited));
  });
}

Report FirstReport(MemberName self, const PodEnv& pod) {
  Report report;
  report.member = self;
  report.pod = pod.name;
  report.node = pod.node;
  report.revision = pod.revision;
  report.reason = "reading the volume";
  return report;
}

}  // namespace

bool PauseUnlessStopped(Milliseconds span) {
  const Deadline deadline = Deadline::In(span);
  while (!deadline.Passed()) {
    const auto signal = WaitForSignal(deadline);
    if (signal == SIGTERM || signal == SIGINT) return false;
  }
  return true;
}

/// The member that this pod is; kFailedPrecondition when the settings do not declare it.
Result<MemberName> DeclaredMember(const Settings& settings, const PodEnv& pod) {
  ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(pod.name));
  if (settings.layout.Contains(self)) return self;
  return Fail(Code::kFailedPrecondition, "{} is not among the {} members that the settings declare",
              pod.name, settings.layout.Members().size());
}

Supervisor::Supervisor(LiveSettings& settings, MemberName self, const ModeDriver& driver,
                       const PodEnv& pod, MemberProbe& probe)
    : settings_(settings),
      self_(self),
      driver_(driver),
      pod_(pod),
      live_(lanes_.engine, FirstReport(self, pod), settings->layout, probe),
      events_(lanes_.api, pod, settings->events),
      conditions_(lanes_.api, pod, settings->events, self.HoldsData()),
      peers_(settings, self, live_, events_),
      probes_(live_, driver.rules(), settings->readiness_timeout_seconds) {
  FollowSettings();
}

Result<int> Supervisor::Run(const std::vector<std::string>& engine_arguments) {
  DeclareCounters(self_.HoldsData());
  MetricsPage& metrics = metrics_.emplace(lanes_.engine, lanes_.api, ForMetrics());
  AnswerProbes(probe_listener_, probes_);
  probe_listener_.On("GET", "/metrics", [&metrics](const HttpRequest&, Milliseconds waited) {
    return metrics.Answer(waited);
  });
  RETURN_IF_ERROR(probe_listener_.Start(settings_->ports.http));
  peer_listener_.On("POST", kReportPath,
                    AnswerReports({.channel = [this] { return peers_.Channel(); },
                                   .report = [this](Milliseconds waited) -> std::optional<Report> {
                                     if (!live_.Fresh(kReportAge) && waited < kReportWait) {
                                       return std::nullopt;
                                     }
                                     return live_.Last();
                                   }}));
  peer_listener_.On(
      "POST", kHandoverPath,
      AnswerOrders([this] { return peers_.Channel(); },
                   [this](const PeerOrder& order) { return handovers_.Answer(order); }));
  RETURN_IF_ERROR(peer_listener_.Start(settings_->ports.peers));
  while (true) {
    again_ = ended_stuck_ = false;
    lanes_.HoldCalls(false);
    metrics.GuardBegins();
    ProcessCounters().Set("bowline_quorum", 0);
    const bool ran = std::exchange(ran_, true);
    Guard guard(settings_, self_, driver_, live_, events_, conditions_, peers_,
                std::exchange(damage_, std::nullopt), ran);
    auto start = guard.Run(&PauseUnlessStopped);
    if (!start && start.error().code == Code::kAborted) return 0;
    if (!start) {
      conditions_.Flush(Deadline::In(kFlush));
      return std::unexpected(start.error());
    }
    settings_.SetProgramAccount(ProgramAccount(start->volume.state.identity));
    ASSIGN_OR_RETURN(std::vector<std::string> argv, Arguments(*start));
    argv.insert(argv.end(), engine_arguments.begin(), engine_arguments.end());
    oom_kills_ = OomKills();
    ASSIGN_OR_RETURN(const pid_t child, Spawn(argv));
    if (ran) ProcessCounters().Add("bowline_engine_restarts_total");
    live_.SetPhase(Phase::kRunning, start->reason);
    conditions_.Running(start->decision, start->reason);
    LogInfo("engine started", {{"pid", child}, {"why", start->reason}});
    identity_ = start->volume.state.identity;
    const int code = Watched(*std::move(start), child);
    if (!again_) return code;
  }
}

void Supervisor::FollowSettings() {
  RefreshSettings(settings_, events_);
  const auto settings = settings_.Get();
  live_.SetLimits(std::chrono::seconds(settings->max_replica_lag_seconds),
                  std::chrono::seconds(settings->engine_stuck_seconds));
  configuration_.Look();
}

int Supervisor::Supervise(pid_t child) {
  bool told_to_stop = false;
  while (true) {
    const auto signal = WaitForSignal(Deadline::In(kLook));
    const auto ended = Reap(child);
    FollowSettings();
    if (ended) {
      const int code = Ended(*ended, told_to_stop || again_);
      lanes_.HoldCalls(true);  // an exit waits for what runs now, and for nothing after it
      return code;
    }
    if (!told_to_stop) EndIfStuck(child);
    if (signal == SIGHUP && !StartsAnewOnHangUp()) {
      LogInfo("SIGHUP is not for this member: restart it by deleting its pod");
    } else if (signal == SIGHUP && !told_to_stop) {
      again_ = true;
      SignalChild(child, SIGTERM);
    }
    if (signal != SIGTERM && signal != SIGINT) continue;
    if (!told_to_stop) BeforeStop();
    told_to_stop = true;
    again_ = false;
    live_.SetPhase(Phase::kStopping, "told to stop");
    SignalChild(child, SIGTERM);
  }
}

void Supervisor::EndIfStuck(pid_t child) {
  const Silence silence = live_.EngineSilence();
  const int seconds = settings_->engine_stuck_seconds;
  if (silence == Silence::kPaused && !told_paused_) {
    events_.Emit(
        "EnginePaused",
        std::format("the engine has answered no command for {} s, but its event loop runs: "
                    "clients are paused (CLIENT PAUSE ... ALL). Nothing but the pause's own "
                    "time ends it, or a new start of the pod",
                    seconds),
        true);
  }
  told_paused_ = silence == Silence::kPaused;
  if (silence != Silence::kStuck || ended_stuck_ || live_.Paused()) return;
  ended_stuck_ = true;
  events_.Emit("EngineStuck",
               std::format("the engine has given no reply at all for {} s (engineStuckSeconds): it "
                           "is ended{}",
                           seconds, kPauseStops),
               true);
  SignalChild(child, SIGKILL);
}

bool Supervisor::HasLoaded() {
  const EngineSnapshot last = live_.LastAnswer();
  return last.answers && !last.info.loading;
}

bool Supervisor::StartsAnew(const ChildExit& ended) {
  if (ended.signal != 0 || HasLoaded()) return false;
  auto damage = Damage();
  // The same once more: what was done about it does not help.
  if (!damage || damage == found_) return false;
  events_.Emit(
      "DatasetDamaged",
      std::format("the engine has ended ({}) while it loaded its dataset: {}. Who leads is "
                  "decided anew",
                  ended.ToString(), damage->what),
      true);
  found_ = damage;
  damage_ = std::move(damage);
  again_ = true;
  return true;
}

int Supervisor::Ended(const ChildExit& ended, bool told_to_stop) {
  live_.SetPhase(Phase::kStopping, "the engine has ended: " + ended.ToString());
  if (told_to_stop) {
    LogInfo("engine ended", {{"how", ended.ToString()}});
    return ended.ContainerCode();
  }
  LogError("the engine ended by itself", {{"how", ended.ToString()}});
  if (!handovers_.Close(Deadline::In(kHandoverEnds))) LogWarning("a handover has not ended yet");
  if (StartsAnew(ended)) return ended.ContainerCode();
  again_ = AfterDeath();
  const bool memory = ended.signal == SIGKILL && OomKills() > oom_kills_;
  const std::string text = "the engine ended by itself: " + ended.ToString() +
                           (memory ? kOutOfMemory : "") + (again_ ? "; it is started again" : "") +
                           (ended.signal == 0 && !HasLoaded() ? Hint().value_or("") : "");
  events_.Emit("EngineEnded", text, true);
  conditions_.NotRunning("EngineEnded", text);
  conditions_.Flush(Deadline::In(kFlush));
  const int code = ended.ContainerCode();
  return code == 0 ? static_cast<int>(ExitCode::kUnavailable) : code;
}

}  // namespace bowline
