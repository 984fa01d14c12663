#include "apply/common/handover_parts.h"

#include <utility>

#include "apply/common/kept_clients.h"
#include "apply/common/mode_driver.h"
#include "base/timing.h"
#include "plan/common/dataset_order.h"

namespace bowline {
namespace {

constexpr Milliseconds kKeptAnswers{300};

}  // namespace

Result<Endpoint> AddressOf(const HandoverContext& ctx, MemberName member) {
  const auto address = ctx.addresses.find(member);
  if (address != ctx.addresses.end()) return address->second;
  return Fail(Code::kUnavailable, "{} has no known address", member.ToString());
}

Result<RespClient> ConnectTo(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  if (ctx.kept != nullptr) {
    if (auto kept = ctx.kept->Take(member, deadline)) return *std::move(kept);
  }
  const Credentials login = MemberLoginOf(member, ctx.settings, ctx.secrets, ctx.identity);
  if (member == ctx.self) {
    return RespClient::Connect(ctx.self_ip, ctx.settings.ports.client, ToOwn(login),
                               deadline.Within(kHandoverCall));
  }
  ASSIGN_OR_RETURN(const Endpoint address, AddressOf(ctx, member));
  return RespClient::Connect(address.ip, address.port, login, deadline.Within(kHandoverCall));
}

MemberAnswers AskMembers(const HandoverContext& ctx, const std::vector<MemberName>& members,
                         const std::vector<std::string>& words, const Credentials& login,
                         Deadline deadline) {
  MemberAnswers told;
  std::vector<MemberName> asked;
  std::vector<RespClient::Errand> errands;
  const auto ask = [&](Deadline until) {
    auto answers = RespClient::AskAll(std::exchange(errands, {}), until);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      told.insert_or_assign(asked[i], std::move(answers[i]));
    }
    asked.clear();
  };
  for (const MemberName member : members) {
    auto kept = ctx.kept == nullptr ? std::nullopt : ctx.kept->TakeUnasked(member, deadline);
    if (!kept) continue;
    asked.push_back(member);
    errands.push_back({.ip = "", .credentials = {}, .words = words, .client = std::move(kept)});
  }
  ask(deadline.Within(kKeptAnswers));
  for (const MemberName member : members) {
    const auto known = told.find(member);
    if (known != told.end() && known->second) continue;
    const auto address = AddressOf(ctx, member);
    if (!address) {
      told.insert_or_assign(member, std::unexpected(address.error()));
      continue;
    }
    asked.push_back(member);
    errands.push_back(
        {.ip = address->ip, .port = address->port, .credentials = login, .words = words});
  }
  ask(deadline);
  return told;
}

std::vector<RespClient> ConnectToLiving(const HandoverContext& ctx,
                                        const std::vector<MemberName>& members, Deadline deadline) {
  auto answers =
      AskMembers(ctx, members, {"PING"}, PeerLoginOf(ctx.secrets, ctx.identity), deadline);
  std::vector<RespClient> clients;
  for (auto& [member, answer] : answers) {
    if (answer) clients.push_back(std::move(answer->client));
  }
  return clients;
}

Reports LookAtAll(const HandoverContext& ctx, Deadline deadline) {
  AddressBook book = ctx.addresses;
  book[ctx.self].ip = ctx.self_ip;
  PeerChannel channel = PeerChannelOf(ctx.settings, ctx.secrets, ctx.identity.installation);
  channel.views = ctx.views;
  return GatherReports(channel, ctx.settings, book, nullptr, deadline.Within(kHandoverReports));
}

Result<bool> IsPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient client, ConnectTo(ctx, member, deadline));
  ASSIGN_OR_RETURN(const EngineInfo info, client.Info(deadline.Within(kHandoverCall)));
  return info.primary;
}

Status WaitForEqualOffsets(RespClient& primary, RespClient& replica, Deadline deadline) {
  while (true) {
    ASSIGN_OR_RETURN(const EngineInfo from, primary.Info(deadline));
    ASSIGN_OR_RETURN(const EngineInfo to, replica.Info(deadline));
    if (!from.primary) return {};
    if (to.primary || to.offset >= from.offset) return {};
    if (!deadline.Sleep(kSwitchPoll)) {
      return Fail(Code::kDeadlineExceeded, "the replica does not catch up");
    }
  }
}

Status StillFit(const EngineInfo& info, const TakeOverTarget& target) {
  const std::string name = target.member.ToString();
  if (info.loading) return Fail(Code::kAborted, "{} is loading", name);
  if (info.primary || !target.position) return {};
  if (info.sync_in_progress) return Fail(Code::kAborted, "{} is being copied to", name);
  const History history = CompareHistories(PositionOf(info, 0), *target.position);
  if (history == History::kSame || history == History::kNewer) return {};
  return Fail(Code::kAborted, "{} has another dataset than when it was chosen: offset {}, not {}",
              name, info.offset, target.position->offset);
}

Status WaitUntilPrimary(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  while (true) {
    const auto primary = IsPrimary(ctx, member, deadline);
    if (primary && *primary) return {};
    if (!deadline.Sleep(kHandoverPoll)) {
      return Fail(Code::kDeadlineExceeded, "{} did not become primary", member.ToString());
    }
  }
}

Status WaitForMajority(const HandoverContext& ctx, MemberName member, Deadline deadline) {
  while (true) {
    const Reports reports = LookAtAll(ctx, deadline);
    if (ctx.driver.rules().Confirmed(ctx.settings.layout, ctx.identity, reports, member)) return {};
    if (!deadline.Sleep(kHandoverPoll)) {
      return Fail(Code::kDeadlineExceeded, "no majority confirms {}", member.ToString());
    }
  }
}

}  // namespace bowline
