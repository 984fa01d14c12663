#include "apply/sentinel_hello.h"

#include "apply/handover_parts.h"

namespace bowline {
namespace {

Result<AskedSentinel> Ask(const HandoverContext& ctx, MemberName sentinel, Deadline deadline) {
  const auto address = ctx.addresses.find(sentinel);
  if (address == ctx.addresses.end()) {
    return Fail(Code::kUnavailable, "{} has no known address", sentinel.ToString());
  }
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect(address->second.ip, address->second.port,
                                       SentinelLoginOf(ctx.settings, ctx.secrets), deadline));
  AskedSentinel asked{.member = sentinel, .client = std::move(client), .view = {}};
  ASSIGN_OR_RETURN(const SentinelFields master,
                   asked.client.SentinelMaster(ctx.settings.sentinel.master_name, deadline));
  RETURN_IF_ERROR(ReadSentinelMaster(master, asked.view));
  asked.view.primary = MemberAt(ctx.addresses, asked.view.primary_ip);
  return asked;
}

}  // namespace

AskedSentinels AskSentinelProcesses(const HandoverContext& ctx, Deadline deadline) {
  const Deadline soon = deadline.Within(kHandoverCall);
  AskedSentinels asked;
  for (auto& one : AskAtOnce(ctx.settings.layout.Sentinels(),
                             [&](MemberName sentinel) { return Ask(ctx, sentinel, soon); })) {
    if (one) {
      asked.all.push_back(*std::move(one));
    } else {
      asked.failures += (asked.failures.empty() ? "" : "; ") + one.error().message;
    }
  }
  return asked;
}

void TellSentinels(const HandoverContext& ctx, MemberName primary, std::uint64_t epoch,
                   std::vector<RespClient>& servers, Deadline deadline) {
  const Endpoint& to = ctx.addresses.at(primary);
  std::vector<MemberName> senders = ctx.settings.layout.Sentinels();
  if (senders.size() > 2) senders.resize(2);
  for (const MemberName sender : senders) {
    const auto from = ctx.addresses.find(sender);
    if (from == ctx.addresses.end()) continue;
    const std::string hello =
        std::format("{},{},{},{},{},{},{},{}", from->second.ip, from->second.port,
                    ctx.identity.NodeIdOf(sender).str(), epoch, ctx.settings.sentinel.master_name,
                    to.ip, to.port, epoch);
    for (RespClient& server : servers) {
      (void)server.Command({"PUBLISH", "__sentinel__:hello", hello}, deadline);
    }
  }
}

}  // namespace bowline
