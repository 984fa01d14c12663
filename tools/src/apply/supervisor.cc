#include "apply/supervisor.h"

#include <csignal>

#include "apply/board.h"
#include "apply/guard.h"
#include "apply/handover.h"
#include "apply/monitor.h"
#include "base/exit_code.h"
#include "sys/child.h"
#include "sys/files.h"
#include "sys/log.h"
#include "web/http.h"

namespace bowline {
namespace {

constexpr Milliseconds kCardAge{100};
constexpr Milliseconds kTakeOverTimeout{4000};
constexpr Milliseconds kFlush{1500};

HttpAnswer ToAnswer(const Verdict& verdict) {
  return {.status = verdict.ok ? 200 : 503, .body = verdict.text + "\n"};
}

void AddRoutes(HttpServer& server, Board& board) {
  server.Get("/startup", [&board] { return ToAnswer(StartupVerdict(board.ForProbes())); });
  server.Get("/live", [&board] { return ToAnswer(LivenessVerdict(board.ForProbes())); });
  server.Get("/ready", [&board] { return ToAnswer(ReadinessVerdict(board.ForProbes())); });
  server.Get("/card", [&board] {
    return HttpAnswer{.body = PrintCard(board.Now(kCardAge)), .content_type = "application/json"};
  });
}

/// Sleeps, and says false as soon as somebody wants us to stop.
bool PauseUnlessStopped(Milliseconds span) {
  const Deadline deadline = Deadline::In(span);
  while (!deadline.Passed()) {
    const auto signal = WaitForSignal(deadline);
    if (signal == SIGTERM || signal == SIGINT) return false;
  }
  return true;
}

class Server {
 public:
  Server(const Settings& settings, const Paths& paths, MemberName self, EngineSecrets secrets,
         const PodEnv& pod)
      : settings_(settings),
        paths_(paths),
        self_(self),
        secrets_(std::move(secrets)),
        probe_("127.0.0.1", settings.ports.client, LoginOf(secrets_)),
        board_(FirstCard(self, pod), probe_),
        events_(pod, settings.events) {}

  Result<int> Run(const std::vector<std::string>& engine_arguments) {
    AddRoutes(http_, board_);
    RETURN_IF_ERROR(http_.Start(settings_.ports.http));
    Guard guard(settings_, paths_, self_, secrets_, board_, events_);
    auto start = guard.Run(&PauseUnlessStopped);
    if (!start && start.error().code == Code::kAborted) return 0;
    if (!start) {
      events_.Flush(Deadline::In(kFlush));
      return std::unexpected(start.error());
    }
    RETURN_IF_ERROR(WriteEngineConf(settings_, paths_, secrets_, start->announced));
    std::vector<std::string> argv{settings_.EngineProgram(), paths_.run / "engine.conf"};
    argv.insert(argv.end(), engine_arguments.begin(), engine_arguments.end());
    ASSIGN_OR_RETURN(const pid_t engine, Spawn(argv));
    board_.SetPhase(Phase::kRunning, start->reason);
    LogInfo("engine started", {{"pid", engine}, {"why", start->reason}});
    identity_ = start->volume.state.identity;
    addresses_ = start->addresses;
    const Monitor monitor(settings_, paths_, self_, secrets_, *std::move(start), board_, events_);
    return Supervise(engine);
  }

 private:
  static Card FirstCard(MemberName self, const PodEnv& pod) {
    Card card;
    card.member = self;
    card.pod = pod.name;
    card.node = pod.node;
    card.reason = "reading the volume";
    return card;
  }

  [[nodiscard]] HandoverContext Context() const {
    return {.settings = settings_,
            .addresses = addresses_,
            .login = LoginOf(secrets_),
            .identity = identity_,
            .self = self_,
            .self_ip = "127.0.0.1"};
  }

  int Supervise(pid_t engine) {
    bool told_to_stop = false;
    while (true) {
      const auto signal = WaitForSignal(Deadline::In(Milliseconds(60'000)));
      const auto ended = Reap(engine);
      if (ended) return Ended(*ended, told_to_stop);
      if (signal != SIGTERM && signal != SIGINT) continue;
      if (!told_to_stop) HandOverBeforeStop();
      told_to_stop = true;
      board_.SetPhase(Phase::kStopping, "told to stop");
      SignalChild(engine, SIGTERM);
    }
  }

  /// preStop has normally done this already; a SIGTERM without it (no kubelet) must not lose the
  /// lead either.
  void HandOverBeforeStop() {
    if (!board_.Last().engine.info.primary) return;
    const Milliseconds budget{std::max(settings_.grace_seconds - 10, 5) * 1000};
    const auto result = HandOverPlanned(Context(), Deadline::In(budget));
    if (!result) LogWarning("no handover before the stop", {{"err", result.error().ToString()}});
  }

  int Ended(const ChildExit& ended, bool told_to_stop) {
    const Card last = board_.Last();
    board_.SetPhase(Phase::kStopping, "the engine has ended: " + ended.ToString());
    if (told_to_stop) {
      LogInfo("engine ended", {{"how", ended.ToString()}});
      return ended.ContainerCode();
    }
    LogError("the engine ended by itself", {{"how", ended.ToString()}});
    if (last.engine.info.primary) TakeOverNow();
    events_.Emit("EngineEnded", "the engine ended by itself: " + ended.ToString(), true);
    events_.Flush(Deadline::In(kFlush));
    const int code = ended.ContainerCode();
    return code == 0 ? static_cast<int>(ExitCode::kUnavailable) : code;
  }

  /// The primary is dead this very moment: its best replica takes over instead of waiting for the
  /// time-outs.
  void TakeOverNow() {
    const Cards cards = GatherCards(settings_, addresses_, &self_, Deadline::In(Milliseconds(500)));
    const auto candidate = BestCandidate(settings_.layout, cards, self_.shard, self_, false);
    if (!candidate) {
      LogWarning("no replica can take over now; the engines' own election decides");
      return;
    }
    const Status taken =
        TakeOverDead(Context(), candidate->member, false, Deadline::In(kTakeOverTimeout));
    if (taken) {
      events_.Emit("HandedOver",
                   std::format("the primary's engine died; {} leads the shard now ({})",
                               candidate->member.ToString(), candidate->reason));
    } else {
      LogWarning("the take-over failed", {{"err", taken.error().ToString()}});
    }
  }

  const Settings& settings_;
  const Paths& paths_;
  MemberName self_;
  EngineSecrets secrets_;
  EngineProbe probe_;
  Board board_;
  EventSink events_;
  HttpServer http_;
  Identity identity_;
  AddressBook addresses_;
};

}  // namespace

Status WriteEngineConf(const Settings& settings, const Paths& paths, const EngineSecrets& secrets,
                       const Endpoint& announced) {
  const auto directives = ReadFile(paths.engine_directives, 1U << 20U);
  if (!directives) return FailWith(directives, "engine directives");
  ASSIGN_OR_RETURN(const std::string text, RenderEngineConf({.settings = settings,
                                                             .secrets = secrets,
                                                             .announced = announced,
                                                             .user_directives = *directives,
                                                             .data_directory = paths.data}));
  return WriteFileAtomic(paths.run / "engine.conf", text, 0600);
}

Result<int> RunServer(const Settings& settings, const Paths& paths, const PodEnv& pod,
                      const std::vector<std::string>& engine_arguments) {
  ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(pod.name));
  if (!settings.layout.Contains(self)) {
    return Fail(Code::kFailedPrecondition,
                "{} is not among the {} shards of {} members that the settings declare", pod.name,
                settings.layout.shards, settings.layout.replicas_per_shard + 1);
  }
  ASSIGN_OR_RETURN(EngineSecrets secrets, LoadSecrets(settings));
  Server server(settings, paths, self, std::move(secrets), pod);
  return server.Run(engine_arguments);
}

}  // namespace bowline
