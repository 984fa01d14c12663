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
  void Look(const Report& report) override {
    AskPrimaries(report);
    TellNames(report);
  }
  void LookUp(const Report& report) override;
  [[nodiscard]] Status AllowPromotion(bool allowed) override;

 private:
  /// Until a majority of the primaries says that this member leads.
  void AskPrimaries(const Report& report);
  /// Where TLS comes to members that run, or goes: clients are told names as long as all members
  /// have one.
  void TellNames(const Report& report);
  /// Whose Services are to be looked up soon: whom the engine cannot reach, and who of the own
  /// shard is silent towards us.
  std::vector<MemberName> Trouble(const HealInput& input);
  Status Repair(const HealPlan& plan);

  ServerWatch& server_;
  std::vector<MemberName> silent_;  ///< of the own shard, at the last look
  std::optional<ServerWatch::Clock::time_point> heard_shard_;
  bool names_ = false;  ///< the engine tells its clients names; not at its start
};

}  // namespace bowline
