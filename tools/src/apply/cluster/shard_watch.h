#pragma once
// Cluster mode: repairs what the engine knows of addresses, and asks the primaries whether this
// member leads its shard.

#include "apply/common/server_watch.h"
#include "plan/cluster/heal.h"

namespace bowline {

class ShardWatch final : public ModeWatch {
 public:
  explicit ShardWatch(ServerWatch& server) : server_(server) {}

  void Hear(const Report& report) override;
  void Look(const Report& report) override;
  [[nodiscard]] Status SetPromotable(bool promotable) override;

 private:
  /// Until a majority of the primaries says that this member leads.
  void AskPrimaries(const Report& report);
  void Heal(const Report& report);
  Status Repair(const HealPlan& plan);

  ServerWatch& server_;
};

}  // namespace bowline
