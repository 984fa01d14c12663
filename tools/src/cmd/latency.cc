#include "apply/common/latency.h"

#include <CLI/CLI.hpp>

#include "apply/common/observe.h"
#include "cmd/verbs.h"
#include "sys/env.h"
#include "sys/terminal.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{5000};

Result<Credentials> OwnLogin(const Settings& settings, MemberName self, Deadline deadline) {
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  if (secrets.default_user) return LoginOf(secrets);
  ASSIGN_OR_RETURN(const Identity identity, OwnIdentity(settings, secrets, self, deadline));
  return ToOwn(PeerLoginOf(secrets, identity));
}

}  // namespace

VerbAction DeclareLatency(CLI::App&) {
  return [](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(ReadPodEnv().name));
    if (!self.HoldsData()) {
      return Fail(Code::kFailedPrecondition,
                  "{} is a sentinel, which has no slow log: ask a server", self.ToString());
    }
    const Deadline deadline = Deadline::In(kTimeout);
    ASSIGN_OR_RETURN(const Credentials login, OwnLogin(settings, self, deadline));
    ASSIGN_OR_RETURN(RespClient engine,
                     RespClient::Connect("127.0.0.1", settings.ports.client, login, deadline));
    RETURN_IF_ERROR(WriteOutput(PrintLatency(AskLatency(engine, deadline))));
    return ExitCode::kOk;
  };
}

}  // namespace bowline
