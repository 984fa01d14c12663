#include "apply/cluster/driver.h"

#include <algorithm>

#include "apply/cluster/handover.h"
#include "apply/cluster/nodes_conf.h"
#include "apply/cluster/shard_watch.h"
#include "apply/common/handover_parts.h"
#include "plan/cluster/cluster_view.h"

namespace bowline {

Status ClusterDriver::CheckDirectives(const Paths& paths) const {
  ASSIGN_OR_RETURN(const std::string engine, LoadEngineDirectives(paths));
  return CheckEngineDirectives(rules_, engine);
}

Status ClusterDriver::WriteStart(const StartFiles& files, const StartPlan& plan) const {
  return WriteNodesConf(files, plan);
}

bool ClusterDriver::NoMajority(const HandoverContext& ctx, Deadline deadline) const {
  const Reports reports = LookAtAll(ctx, deadline);
  return !ViewOfShard(ctx.settings.layout, ctx.identity, reports, ctx.self.shard).quorum;
}

Status ClusterDriver::Switch(const HandoverContext& ctx, const SwitchTarget& target,
                             Deadline deadline) const {
  return SwitchShard(ctx, target, deadline);
}

Status ClusterDriver::TakeOver(const HandoverContext& ctx, const TakeOverTarget& target,
                               Deadline deadline) const {
  return TakeOverShard(ctx, target, deadline);
}

std::unique_ptr<ModeWatch> ClusterDriver::Watch(ServerWatch& server) const {
  return std::make_unique<ShardWatch>(server);
}

/// The engine's own connection to the other primary's bus.
std::map<MemberName, LinkEnds> ClusterDriver::FindVoters(const VoterSearch& search) const {
  std::map<MemberName, LinkEnds> found;
  if (search.addresses.empty()) return found;
  const auto links = search.diag.All(search.addresses.begin()->second.ip.contains(':'));
  if (!links) return found;
  for (const MemberName voter : search.voters) {
    const auto address = search.addresses.find(voter);
    if (address == search.addresses.end()) continue;
    const SocketAddress bus{.ip = address->second.ip, .port = address->second.bus_port};
    const auto link = std::ranges::find(*links, bus, &TcpLink::remote);
    if (link != links->end()) found[voter] = {.local = link->local, .remote = link->remote};
  }
  return found;
}

const char* ClusterDriver::LinkChannel() const { return "__bowline__:link"; }

}  // namespace bowline
