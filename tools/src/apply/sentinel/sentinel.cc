#include "apply/sentinel/sentinel.h"

#include "apply/common/supervisor.h"
#include "apply/sentinel/sentinel_monitor.h"
#include "apply/sentinel/sentinel_probe.h"

namespace bowline {
namespace {

class Sentinel : public Supervisor {
 public:
  Sentinel(const Settings& settings, const Paths& paths, MemberName self, const ModeDriver& driver,
           const EngineSecrets& secrets, const PodEnv& pod, SentinelProbe& probe)
      : Supervisor(settings, paths, self, driver, secrets, pod, probe), probe_(probe) {}

 protected:
  Result<std::vector<std::string>> Arguments(const GuardOutcome& start) override {
    probe_.SetAddresses(start.addresses);
    return std::vector<std::string>{settings_.EngineProgram(), paths_.data / "sentinel.conf",
                                    "--sentinel"};
  }

  int Watched(GuardOutcome start, pid_t child) override {
    const SentinelMonitor monitor(settings_, self_, std::move(start.addresses), live_, events_,
                                  peers_);
    return Supervise(child);
  }

  [[nodiscard]] bool StartsAnewOnHangUp() const override { return true; }

 private:
  SentinelProbe& probe_;
};

}  // namespace

Result<int> RunSentinel(const Settings& settings, const Paths& paths, DriverFor driver_for,
                        const PodEnv& pod, const std::vector<std::string>& engine_arguments) {
  ASSIGN_OR_RETURN(const MemberName self, DeclaredMember(settings, pod));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  if (self.HoldsData()) {
    return Fail(Code::kFailedPrecondition, "{} is no sentinel: use run server", pod.name);
  }
  SentinelProbe probe(settings.ports.sentinel, SentinelLoginOf(settings, secrets),
                      settings.sentinel.master_name);
  Sentinel sentinel(settings, paths, self, driver_for(settings.layout), secrets, pod, probe);
  return sentinel.Run(engine_arguments);
}

}  // namespace bowline
