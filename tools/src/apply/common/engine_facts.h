#pragma once
// Asks the members' engines what only they themselves tell: for `status`.

#include "apply/common/observe.h"
#include "plan/common/engine_facts.h"

namespace bowline {

/// Of the engines and sentinels that answered their own members, all asked at once. One that does
/// not answer us in time, or refuses us, is left out. `refused`: servers also for their ACL LOG.
EngineFactsBook AskEngines(const Settings& settings, const EngineSecrets& secrets,
                           const Observation& seen, bool refused, Deadline deadline);

}  // namespace bowline
