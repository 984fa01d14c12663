#include "apply/sentinel/sentinel.h"

#include "apply/common/certificate_watch.h"
#include "apply/common/password_watch.h"
#include "apply/common/supervisor.h"
#include "apply/sentinel/sentinel_monitor.h"
#include "apply/sentinel/sentinel_probe.h"
#include "apply/sentinel/sentinel_statistics.h"

namespace bowline {
namespace {

class Sentinel : public Supervisor {
 public:
  Sentinel(LiveSettings& settings, MemberName self, const ModeDriver& driver, const PodEnv& pod,
           SentinelProbe& probe)
      : Supervisor(settings, self, driver, pod, probe), probe_(probe) {}

 protected:
  Result<std::vector<std::string>> Arguments(const GuardOutcome& start) override {
    probe_.SetAddresses(start.addresses);
    return std::vector<std::string>{settings_->EngineProgram(),
                                    settings_.paths().data / "sentinel.conf", "--sentinel"};
  }

  int Watched(GuardOutcome start, pid_t child) override {
    live_.SetAddresses(start.addresses);
    const SentinelMonitor monitor(lanes_.monitor, settings_, self_, std::move(start.addresses),
                                  probe_, live_, events_, peers_);
    const std::string name = settings_->sentinel.master_name;
    const bool peers = settings_->sentinel.auth;
    const PasswordWatch passwords(
        lanes_.api, {settings_, self_, live_, configuration_, events_, peers_},
        {.accounts =
             [this, peers](const EngineSecrets& secrets) {
               return peers ? AccountsAtSentinel(identity_, secrets) : std::vector<Account>{};
             },
         .connect =
             [this](const EngineSecrets& secrets, Deadline deadline) {
               return RespClient::Connect("127.0.0.1", settings_->ports.sentinel,
                                          SentinelLoginOf(*settings_.Get(), secrets), deadline);
             },
         .use =
             [name, peers](const EngineSecrets& secrets) {
               return SentinelUseCommands(secrets, name, peers);
             }});
    const CertificateWatch certificate(lanes_.api, settings_, live_, events_,
                                       RenewAtSentinel(self_));
    return Supervise(child);
  }

  [[nodiscard]] bool StartsAnewOnHangUp() const override { return true; }

  MetricsPage::Sources ForMetrics() override {
    const std::string name = settings_->sentinel.master_name;
    return {.settings = settings_,
            .rules = driver_.rules(),
            .live = live_,
            .peers = peers_,
            .statistics = {.port = settings_->ports.sentinel,
                           .login = LoginSource([&settings = settings_] {
                             return SentinelLoginOf(*settings.Get(), settings.Secrets());
                           }),
                           .ask =
                               [name](RespClient& sentinel, Deadline deadline) {
                                 return AskSentinelStatistics(sentinel, name, deadline);
                               }},
            .texts = {}};
  }

 private:
  SentinelProbe& probe_;
};

}  // namespace

Result<int> RunSentinel(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod,
                        const std::vector<std::string>& engine_arguments) {
  ASSIGN_OR_RETURN(const MemberName self, DeclaredMember(*settings.Get(), pod));
  if (self.HoldsData()) {
    return Fail(Code::kFailedPrecondition, "{} is no sentinel: use run server", pod.name);
  }
  SentinelProbe probe(settings->ports.sentinel, LoginSource([&settings] {
                        return SentinelLoginOf(*settings.Get(), settings.Secrets());
                      }),
                      settings->sentinel.master_name);
  Sentinel sentinel(settings, self, driver_for(settings->layout), pod, probe);
  return sentinel.Run(engine_arguments);
}

}  // namespace bowline
