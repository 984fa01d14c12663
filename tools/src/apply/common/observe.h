#pragma once
// The whole cluster, seen by asking every member: for `status`, `check` and `failover`.

#include "apply/common/context.h"
#include "plan/common/mode_rules.h"
#include "plan/common/topology.h"

namespace bowline {

struct Observation {
  AddressBook addresses;
  std::vector<std::string> address_failures;
  Reports reports;
  Topology topology;
};

Observation Observe(const Settings& settings, const ModeRules& rules, const EngineSecrets& secrets,
                    Deadline deadline);

/// The identity that the reports agree on. kFailedPrecondition when nobody knows the installation
/// or they differ.
Result<Identity> IdentityOf(const Settings& settings, const Reports& reports);

/// As the own resident program tells it: it knows which installation this is, and so with which
/// account to log in. Errors as IdentityOf's.
Result<Identity> OwnIdentity(const Settings& settings, const EngineSecrets& secrets,
                             MemberName self, Deadline deadline);

}  // namespace bowline
