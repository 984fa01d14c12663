#include <CLI/CLI.hpp>
#include <cstdio>

#include "apply/common/events.h"
#include "apply/common/handovers.h"
#include "apply/common/hold.h"
#include "apply/common/observe.h"
#include "cmd/held.h"
#include "cmd/verbs.h"
#include "plan/common/stop_budget.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kFailoverPatience{5000};
constexpr Milliseconds kLook{50};

/// A hook's own output is thrown away by the kubelet; what it decides belongs into the container's
/// log.
void LogToContainer() {
  std::FILE* log = std::fopen("/proc/1/fd/2", "a");
  if (log == nullptr) return;
  (void)std::fclose(log);
  (void)!std::freopen("/proc/1/fd/2", "a", stderr);
}

Result<Credentials> OwnSentinelLogin(const Settings& settings, MemberName self, Deadline deadline) {
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  if (secrets.default_user) return SentinelLoginOf(settings, secrets);
  ASSIGN_OR_RETURN(const Identity identity, OwnIdentity(settings, secrets, self, deadline));
  return SentinelPeerLoginOf(settings, secrets, identity);
}

/// A failover dies with the sentinel that leads it (facts/sentinel.md 2d).
Status AwaitOwnFailover(const Settings& settings, const Credentials& login, Deadline deadline) {
  const Deadline patience = deadline.Within(kFailoverPatience);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings.ports.sentinel, login, patience));
  while (true) {
    ASSIGN_OR_RETURN(const SentinelSnapshot view,
                     client.SentinelMaster(settings.sentinel.master_name, patience));
    if (!view.failing_over) return {};
    if (!patience.Sleep(kLook)) {
      return Fail(Code::kDeadlineExceeded, "this sentinel still leads a failover");
    }
  }
}

/// The resident program does it, at SIGTERM at the latest, should it not hear this one. From here
/// on nothing may keep the pod from stopping: failures are logged, the verb ends with 0, and the
/// engines' own election is the fallback.
Status TryHandOver(const Settings& settings) {
  const Deadline deadline =
      Deadline::In(HandoverTime(std::chrono::seconds(settings.grace_seconds)));
  ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(ReadPodEnv().name));
  if (self.kind == MemberKind::kSentinel) {
    ASSIGN_OR_RETURN(const Credentials login, OwnSentinelLogin(settings, self, deadline));
    return AwaitOwnFailover(settings, login, deadline);
  }
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadPasswords(settings));
  const PeerTarget program{
      .member = self, .pod = settings.PodOf(self), .ip = "127.0.0.1", .port = settings.ports.peers};
  const auto end = AskForHandover(PeerChannelOf(settings, secrets, ""), program,
                                  {.id = "", .by = "the preStop hook", .target = "", .stop = true},
                                  true, deadline);
  if (!end && end.error().code == Code::kFailedPrecondition) {
    LogInfo("nothing to hand over", {{"why", end.error().message}});
    return {};
  }
  if (!end) return std::unexpected(end.error());
  LogInfo("the handover before the stop",
          {{"how", HandoverResultName(end->result)}, {"why", end->why}});
  return {};
}

}  // namespace

VerbAction DeclarePrestop(CLI::App& app) {
  const auto held = DeclareHeld(app);
  return [held](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    const auto self = settings.MemberOfPod(ReadPodEnv().name);
    if (self && IsHeld(*held, *self)) return ExitCode::kOk;  // it has no engine
    LogToContainer();
    const Status tried = TryHandOver(settings);
    if (!tried) {
      Lane api("api");
      EventSink events(api, ReadPodEnv(), settings.events);
      events.Emit("NoHandover", "the preStop hook: " + tried.error().ToString(), true);
    }
    return ExitCode::kOk;
  };
}

}  // namespace bowline
