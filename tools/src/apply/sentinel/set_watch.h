#pragma once
// Sentinel mode: asks the sentinels and the other servers, and repairs whom this server follows,
// what it announces and whether it may be promoted.

#include <optional>
#include <string>

#include "apply/common/server_watch.h"
#include "apply/sentinel/cut_handover.h"
#include "plan/sentinel/server_heal.h"

namespace bowline {

class SetWatch final : public ModeWatch {
 public:
  explicit SetWatch(ServerWatch& server)
      : server_(server),
        cut_handover_(server.settings.paths().data, server.settings->ports.client,
                      LoginSource([&server] { return LoginOf(server.settings.Secrets()); }),
                      server.events) {}

  void Hear(const Report& /*report*/) override {}
  /// What the others say, for the probes, the epoch and the repair; once in 3 s as long as all is
  /// in order and nothing changes here.
  void Look(const Report& report) override;
  void LookUp(const Report& report) override;
  [[nodiscard]] bool Eager() const override { return to_follow_.has_value(); }
  [[nodiscard]] Status AllowPromotion(bool allowed) override;

 private:
  /// Are all there, and agreed with what is here?
  bool AskOthers(const Report& report);
  /// True when there is nothing to repair.
  bool Heal(const Report& report);
  Status Repair(const ServerHealPlan& plan);
  Status Replace(MemberName primary);

  ServerWatch& server_;
  Reports reports_;
  std::optional<MemberName> to_follow_;  ///< whom the last look said to follow
  bool in_order_ = false;                ///< the last look at the others found all in order
  std::string in_order_with_;            ///< what of the own engine made that look
  std::chrono::steady_clock::time_point looked_;
  CutHandover cut_handover_;
};

}  // namespace bowline
