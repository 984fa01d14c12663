#include <CLI/CLI.hpp>
#include <cstdio>

#include "apply/events.h"
#include "apply/handover.h"
#include "apply/observe.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "sys/log.h"

namespace bowline {
namespace {

// Left of the grace period for the engine's own shutdown (waiting for replicas, last fsync).
constexpr int kShutdownSeconds = 10;
constexpr Milliseconds kCardsTimeout{1000};
constexpr Milliseconds kDnsTimeout{2000};
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

/// A failover dies with the sentinel that leads it (facts/sentinel.md 2d).
Status AwaitOwnFailover(const Settings& settings, const EngineSecrets& secrets, Deadline deadline) {
  const Deadline patience = deadline.Within(kFailoverPatience);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings.ports.sentinel,
                                       SentinelLoginOf(settings, secrets), patience));
  while (true) {
    ASSIGN_OR_RETURN(const SentinelSnapshot view,
                     client.SentinelMaster(settings.sentinel.master_name, patience));
    if (!view.failing_over) return {};
    if (!patience.Sleep(kLook)) {
      return Fail(Code::kDeadlineExceeded, "this sentinel still leads a failover");
    }
  }
}

/// From here on nothing may keep the pod from stopping: failures are logged, the verb ends with 0,
/// and the engines' own election is the fallback.
Status TryHandOver(const Settings& settings, const std::string& data, EventSink& events) {
  const Deadline deadline =
      Deadline::In(std::chrono::seconds(std::max(settings.grace_seconds - kShutdownSeconds, 5)));
  ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(ReadPodEnv().name));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  if (self.kind == MemberKind::kSentinel) return AwaitOwnFailover(settings, secrets, deadline);
  const Credentials login = LoginOf(secrets);
  {
    // A replica stops at once: one question to the own engine, no look at anybody else.
    const Deadline quick = deadline.Within(kCardsTimeout);
    ASSIGN_OR_RETURN(RespClient engine,
                     RespClient::Connect("127.0.0.1", settings.ports.client, login, quick));
    ASSIGN_OR_RETURN(const EngineInfo info, engine.Info(quick));
    if (!info.primary) {
      LogInfo("a replica: nothing to hand over");
      return {};
    }
  }
  const AddressAnswers answers = ResolveMembers(settings, deadline.Within(kDnsTimeout));
  const Cards cards = GatherCards(PeerChannelOf(settings, secrets, ""), settings, answers.book,
                                  nullptr, deadline.Within(kCardsTimeout));
  ASSIGN_OR_RETURN(const Identity identity, IdentityOf(settings, cards));
  ASSIGN_OR_RETURN(const HandoverResult result, HandOverPlanned({.settings = settings,
                                                                 .addresses = answers.book,
                                                                 .secrets = secrets,
                                                                 .identity = identity,
                                                                 .self = self,
                                                                 .self_ip = "127.0.0.1",
                                                                 .volume = data},
                                                                deadline));
  switch (result) {
    case HandoverResult::kDone:
      events.Emit("HandedOver", "before the stop; a majority confirms it");
      break;
    case HandoverResult::kNothingToDo:
      LogInfo("not a primary with slots: nothing to hand over");
      break;
    case HandoverResult::kNoCandidate:
      events.Emit("NoHandover",
                  "no replica in sync can take over: the shard's primary stops as it is", true);
      break;
  }
  return {};
}

}  // namespace

VerbAction DeclarePrestop(CLI::App& app) {
  const auto flags = std::make_shared<PathFlags>();
  DeclareData(app, flags->data);
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    LogToContainer();
    EventSink events(ReadPodEnv(), settings.events);
    const Status tried = TryHandOver(settings, flags->data, events);
    if (!tried) {
      events.Emit("NoHandover", "no handover before the stop: " + tried.error().ToString(), true);
    }
    return ExitCode::kOk;
  };
}

}  // namespace bowline
