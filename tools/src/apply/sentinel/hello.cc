#include "apply/sentinel/hello.h"

#include <algorithm>

#include "apply/common/handover_parts.h"

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
  ASSIGN_OR_RETURN(asked.view,
                   asked.client.SentinelMaster(ctx.settings.sentinel.master_name, deadline));
  asked.view.primary = MemberAt(ctx.addresses, asked.view.primary_ip);
  return asked;
}

}  // namespace

std::ptrdiff_t AskedSentinels::Naming(MemberName member) const {
  return std::ranges::count_if(
      all, [&](const AskedSentinel& sentinel) { return sentinel.view.primary == member; });
}

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

std::optional<MemberName> NamedByProcesses(const HandoverContext& ctx, Deadline deadline) {
  const AskedSentinels asked = AskSentinelProcesses(ctx, deadline);
  for (const MemberName member : ctx.settings.layout.MembersOf(0)) {
    if (asked.Naming(member) * 2 > ctx.settings.layout.sentinels) return member;
  }
  return std::nullopt;
}

void TellSentinels(const HandoverContext& ctx, MemberName primary, std::uint64_t epoch,
                   std::vector<RespClient>& servers, Deadline deadline) {
  const auto address = AddressOf(ctx, primary);
  if (!address) return;
  const Endpoint& to = *address;
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
