#include "apply/sentinel/hello.h"

#include <algorithm>

#include "apply/common/handover_parts.h"
#include "apply/common/kept_clients.h"

namespace bowline {

std::ptrdiff_t AskedSentinels::Naming(MemberName member) const {
  return std::ranges::count_if(
      all, [&](const AskedSentinel& sentinel) { return sentinel.view.primary == member; });
}

AskedSentinels AskSentinelProcesses(const HandoverContext& ctx, Deadline deadline) {
  auto answers = AskMembers(ctx, ctx.settings.layout.Sentinels(),
                            {"SENTINEL", "MASTER", ctx.settings.sentinel.master_name},
                            SentinelPeerLoginOf(ctx.settings, ctx.secrets, ctx.identity),
                            deadline.Within(kHandoverCall));
  AskedSentinels asked;
  for (auto& [sentinel, answer] : answers) {
    auto view = answer ? ReadSentinelReply(answer->reply)
                       : Result<SentinelSnapshot>(std::unexpected(answer.error()));
    if (!view) {
      asked.failures += (asked.failures.empty() ? "" : "; ") + view.error().message;
      continue;
    }
    view->primary = MemberAt(ctx.addresses, view->primary_ip);
    asked.all.push_back({.member = sentinel, .view = *std::move(view)});
    if (ctx.kept != nullptr) ctx.kept->Put(sentinel, std::move(answer->client));
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
