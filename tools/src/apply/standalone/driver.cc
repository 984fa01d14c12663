#include "apply/standalone/driver.h"

#include "apply/common/volume_io.h"

namespace bowline {
namespace {

Error Nobody() {
  return {.code = Code::kFailedPrecondition,
          .message = "a standalone server has nobody who could lead in its place"};
}

/// Nobody is asked: the engine's own word is all there is.
class StandaloneWatch final : public ModeWatch {
 public:
  explicit StandaloneWatch(ServerWatch& server) : server_(server) {}

  void Hear(const Report& report) override {
    server_.majority_heard = std::chrono::steady_clock::now();
    if (!report.engine.info.primary) {
      server_.confirmed.reset();
    } else if (!server_.confirmed) {
      server_.confirmed = server_.majority_heard;
    }
  }
  void Look(const Report& /*report*/) override {}
  void LookUp(const Report& /*report*/) override { (void)server_.LookUp({}); }
  [[nodiscard]] Status AllowPromotion(bool /*allowed*/) override { return {}; }

 private:
  ServerWatch& server_;
};

}  // namespace

Status StandaloneDriver::CheckDirectives(const Paths& paths) const {
  ASSIGN_OR_RETURN(const std::string engine, LoadEngineDirectives(paths));
  return CheckEngineDirectives(rules_, engine);
}

Status StandaloneDriver::WriteStart(const StartFiles& files, const StartPlan& /*plan*/) const {
  return SaveAddresses(files.paths.data, files.addresses);
}

bool StandaloneDriver::NoMajority(const HandoverContext& /*ctx*/, Deadline /*deadline*/) const {
  return true;
}

Status StandaloneDriver::Switch(const HandoverContext& /*ctx*/, const SwitchTarget& /*target*/,
                                Deadline /*deadline*/) const {
  return std::unexpected(Nobody());
}

Status StandaloneDriver::TakeOver(const HandoverContext& /*ctx*/, const TakeOverTarget& /*target*/,
                                  Deadline /*deadline*/) const {
  return std::unexpected(Nobody());
}

std::unique_ptr<ModeWatch> StandaloneDriver::Watch(ServerWatch& server) const {
  return std::make_unique<StandaloneWatch>(server);
}

std::map<MemberName, LinkEnds> StandaloneDriver::FindVoters(const VoterSearch& /*search*/) const {
  return {};
}

const char* StandaloneDriver::LinkChannel() const { return "__bowline__:link"; }

}  // namespace bowline
