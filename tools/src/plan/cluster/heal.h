#pragma once
// What a running member must repair about itself after addresses changed (facts/cluster.md 2c, 5b).

#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/common/report.h"

namespace bowline {

struct HealInput {
  Layout layout;
  Identity identity;
  MemberName self;
  EngineSnapshot engine;
  Endpoint announced;     ///< what the engine announces now
  AddressBook addresses;  ///< what the member Services are now
};

struct HealPlan {
  std::optional<Endpoint>
      announce;  ///< CONFIG SET cluster-announce-ip: our Service has another address
  std::optional<NodeId>
      replicate;  ///< CLUSTER REPLICATE: the replication link goes to an old address
  std::vector<Endpoint>
      meet;  ///< CLUSTER MEET: members that our view does not list, or lists wrongly
  std::string reason;

  [[nodiscard]] bool Empty() const { return !announce && !replicate && meet.empty(); }
};

/// Whom the engine cannot reach where it knows them, does not know, or knows at another address
/// than `addresses` has: their Services are to be looked up. Nobody for an engine that does not
/// answer.
std::vector<MemberName> Unreachable(const HealInput& input);

/// Pure. Nothing to do for an engine that does not answer. `addresses` may lack members: nothing is
/// planned for these.
HealPlan PlanHeal(const HealInput& input);

}  // namespace bowline
