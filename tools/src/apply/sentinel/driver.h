#pragma once
// What servers and sentinels do in sentinel mode.

#include "apply/common/mode_driver.h"
#include "plan/sentinel/rules.h"

namespace bowline {

class SentinelDriver : public ModeDriver {
 public:
  [[nodiscard]] const ModeRules& rules() const override { return rules_; }
  [[nodiscard]] Status CheckDirectives(const Paths& paths) const override;
  [[nodiscard]] Status WriteStart(const StartFiles& files, const StartPlan& plan) const override;
  [[nodiscard]] bool NoMajority(const HandoverContext& ctx, Deadline deadline) const override;
  [[nodiscard]] Status Switch(const HandoverContext& ctx, const SwitchTarget& target,
                              Deadline deadline) const override;
  [[nodiscard]] Status TakeOver(const HandoverContext& ctx, const TakeOverTarget& target,
                                Deadline deadline) const override;
  [[nodiscard]] std::unique_ptr<ModeWatch> Watch(ServerWatch& server) const override;
  [[nodiscard]] std::map<MemberName, LinkEnds> FindVoters(const VoterSearch& search) const override;
  [[nodiscard]] const char* LinkChannel() const override;

 private:
  SentinelRules rules_;
};

}  // namespace bowline
