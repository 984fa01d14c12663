#pragma once
// Faults of a history, drawn from its seed, each with its end.

#include "simulator/loss_rules.h"
#include "simulator/models/world.h"

namespace bowline::simulator {

class Faults {
 public:
  Faults(World& world, LossRules& rules) : world_(world), rules_(rules) {}

  /// Now. Most are of the observed shard.
  void Strike();
  /// When the last one has ended.
  [[nodiscard]] Micros over() const { return over_; }

 private:
  [[nodiscard]] Machine Victim();
  [[nodiscard]] bool Leads(Machine machine) const;
  void CutPower(Machine machine);
  void Isolate(Machine machine);
  void CutReplication();
  void BreakReplication();
  void Until(Micros when) { over_ = std::max(over_, when); }

  World& world_;
  LossRules& rules_;
  Micros over_ = 0;
};

}  // namespace bowline::simulator
