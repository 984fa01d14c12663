#include "apply/sentinel/hello.h"

#include <algorithm>

#include "apply/common/handover_parts.h"

namespace bowline {

std::ptrdiff_t AskedSentinels::Naming(MemberName member) const {
  return std::ranges::count_if(
      all, [&](const AskedSentinel& sentinel) { return sentinel.view.primary == member; });
}

AskedSentinels AskSentinelProcesses(const HandoverContext& ctx, Deadline deadline) {
  AskedSentinels asked;
  const auto failed = [&asked](const std::string& why) {
    asked.failures += (asked.failures.empty() ? "" : "; ") + why;
  };
  const Credentials login = SentinelPeerLoginOf(ctx.settings, ctx.secrets, ctx.identity);
  std::vector<MemberName> sentinels;
  std::vector<RespClient::Errand> errands;
  for (const MemberName sentinel : ctx.settings.layout.Sentinels()) {
    const auto address = AddressOf(ctx, sentinel);
    if (!address) {
      failed(address.error().message);
      continue;
    }
    sentinels.push_back(sentinel);
    errands.push_back({.ip = address->ip,
                       .port = address->port,
                       .credentials = login,
                       .words = {"SENTINEL", "MASTER", ctx.settings.sentinel.master_name}});
  }
  auto answers = RespClient::AskAll(std::move(errands), deadline.Within(kHandoverCall));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto view = answers[i] ? ReadSentinelReply(answers[i]->reply)
                           : Result<SentinelSnapshot>(std::unexpected(answers[i].error()));
    if (!view) {
      failed(view.error().message);
      continue;
    }
    view->primary = MemberAt(ctx.addresses, view->primary_ip);
    asked.all.push_back({.member = sentinels[i],
                         .client = std::move(answers[i]->client),
                         .view = *std::move(view)});
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
