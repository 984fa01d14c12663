#include "apply/cluster/nodes_conf.h"

#include "apply/common/volume_io.h"

namespace bowline {

Status WriteNodesConf(const StartFiles& files, const StartPlan& plan) {
  const auto& [settings, paths, self, secrets, volume, addresses, reports] = files;
  const Identity& identity = volume.state.identity;
  NodesConf conf;
  if (plan.action == StartAction::kSeed) {
    ASSIGN_OR_RETURN(conf, SeedNodesConf(settings.layout, identity, addresses, self));
  } else if (plan.action == StartAction::kResume) {
    conf = *volume.conf;
    Readdress(conf, identity, addresses);
  } else {
    const auto found = reports.find(*plan.source);
    if (found == reports.end())
      return Fail(Code::kAborted, "{} is silent", plan.source->ToString());
    const Report& source = found->second;
    const NodesView& view = source.engine.view;
    ASSIGN_OR_RETURN(conf, NodesConfFromView(view.Conf(), source.engine.cluster.current_epoch,
                                             identity, addresses, self, *plan.target));
    // A vote that was given must not be given twice.
    if (volume.conf) conf.last_vote_epoch = volume.conf->last_vote_epoch;
  }
  return SaveNodesConf(paths.data, conf);
}

}  // namespace bowline
