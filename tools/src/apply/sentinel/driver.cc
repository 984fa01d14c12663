#include "apply/sentinel/driver.h"

#include <algorithm>

#include "apply/common/handover_parts.h"
#include "apply/common/volume_io.h"
#include "apply/sentinel/failover.h"
#include "apply/sentinel/hello.h"
#include "apply/sentinel/set_watch.h"
#include "plan/sentinel/sentinel_conf.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr std::size_t kNameDigits = 8;  // of a sentinel's id, in the name of its connection

Result<std::string> LoadSentinelDirectives(const Paths& paths) {
  auto text = ReadFile(paths.sentinel_directives, kConfigLimit);
  if (!text) return FailWith(text, "sentinel directives");
  return text;
}

Status WriteSentinelConf(const StartFiles& files, const StartPlan& plan) {
  ASSIGN_OR_RETURN(const std::string directives, LoadSentinelDirectives(files.paths));
  ASSIGN_OR_RETURN(const std::string text,
                   RenderSentinelConf({.settings = files.settings,
                                       .secrets = files.secrets,
                                       .identity = files.volume.state.identity,
                                       .self = files.self,
                                       .addresses = files.addresses,
                                       .primary = *plan.target,
                                       .epochs = plan.epochs,
                                       .user_directives = directives,
                                       .data_directory = files.paths.data}));
  return SaveSentinelConf(files.paths.data, text, files.addresses);
}

}  // namespace

Status SentinelDriver::CheckDirectives(const Paths& paths) const {
  ASSIGN_OR_RETURN(const std::string engine, LoadEngineDirectives(paths));
  RETURN_IF_ERROR(CheckEngineDirectives(rules_, engine));
  ASSIGN_OR_RETURN(const std::string sentinel, LoadSentinelDirectives(paths));
  return CheckSentinelDirectives(sentinel);
}

Status SentinelDriver::WriteStart(const StartFiles& files, const StartPlan& plan) const {
  if (!files.self.HoldsData()) return WriteSentinelConf(files, plan);
  // A server is told in its engine's configuration whom it follows.
  return SaveAddresses(files.paths.data, files.addresses);
}

bool SentinelDriver::NoMajority(const HandoverContext& ctx, Deadline deadline) const {
  const AskedSentinels asked = AskSentinelProcesses(ctx, deadline.Within(kHandoverCall));
  return std::ssize(asked.all) * 2 <= ctx.settings.layout.sentinels;
}

Status SentinelDriver::Switch(const HandoverContext& ctx, const SwitchTarget& target,
                              Deadline deadline) const {
  return SwitchServers(ctx, target.member, deadline);
}

Status SentinelDriver::TakeOver(const HandoverContext& ctx, const TakeOverTarget& target,
                                Deadline deadline) const {
  return TakeOverServers(ctx, target, deadline);
}

std::unique_ptr<ModeWatch> SentinelDriver::Watch(ServerWatch& server) const {
  return std::make_unique<SetWatch>(server);
}

/// Each sentinel's subscription at the engine.
std::map<MemberName, LinkEnds> SentinelDriver::FindVoters(const VoterSearch& search) const {
  std::map<MemberName, LinkEnds> found;
  const auto clients = search.clients("pubsub");
  if (!clients) return found;
  for (const MemberName voter : search.voters) {
    const std::string name = std::format(
        "sentinel-{}-pubsub", search.identity.NodeIdOf(voter).str().substr(0, kNameDigits));
    const auto client = std::ranges::find(*clients, name, &ClientLine::name);
    if (client == clients->end()) continue;
    const auto remote = ParseSocketAddress(client->address);
    const auto local = ParseSocketAddress(client->local);
    if (remote && local) found[voter] = {.local = *local, .remote = *remote};
  }
  return found;
}

// Sentinels subscribe to this channel at every server and leave out what is no announcement
// (sentinel.c, sentinelProcessHelloMessage wants eight fields).
const char* SentinelDriver::LinkChannel() const { return "__sentinel__:hello"; }

}  // namespace bowline
