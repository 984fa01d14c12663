#pragma once
// The whole cluster, seen by asking every member: for `status`, `check` and `failover`.

#include "apply/common/context.h"
#include "plan/common/mode_rules.h"
#include "plan/common/topology.h"

namespace bowline {

struct Observation {
  AddressBook addresses;
  std::vector<std::string> address_failures;
  Cards cards;
  Topology topology;
};

Observation Observe(const Settings& settings, const ModeRules& rules, const EngineSecrets& secrets,
                    Deadline deadline);

/// The identity that the cards agree on. kFailedPrecondition when nobody knows the installation or
/// they differ.
Result<Identity> IdentityOf(const Settings& settings, const Cards& cards);

}  // namespace bowline
