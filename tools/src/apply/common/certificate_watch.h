#pragma once
// A renewed certificate is followed while the process runs. docs/decisions/0044-tls.md

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "apply/common/events.h"
#include "apply/common/live_state.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"
#include "sys/deadline.h"

namespace bowline {

/// Of one life of the process. Events: CertificateRenewed, CertificateRefused, CertificateExpires.
class CertificateWatch {
 public:
  struct Process {
    /// Makes it use the mounted files. kFailedPrecondition: it refuses them.
    std::function<Status(Deadline)> renew;
    Milliseconds turn{0};       ///< to wait before: a process that is restarted is not the only one
    bool started_with = false;  ///< it has read the files that were mounted when this begins
  };
  CertificateWatch(Lane& lane, LiveSettings& settings, LiveState& live, EventSink& events,
                   Process process);
  CertificateWatch(const CertificateWatch&) = delete;
  CertificateWatch& operator=(const CertificateWatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  void Look();
  void Renew(const std::shared_ptr<const TlsContext>& certificate);
  void TellRefused(const std::string& why);
  void TellEnd(const TlsContext& certificate);

  LiveSettings& settings_;
  LiveState& live_;
  EventSink& events_;
  const Process process_;
  std::string used_;  ///< digest of what the process uses; empty: not known
  std::string seen_;  ///< digest of what it does not use yet
  Clock::time_point seen_at_;
  std::string wrong_;  ///< why the mounted files cannot be used
  Clock::time_point wrong_since_;
  std::string failed_;  ///< why the process has not taken it at the last try
  std::string told_refused_;
  std::optional<Clock::time_point> told_end_;
  std::optional<Clock::time_point> refused_at_;  ///< by the process
  std::optional<Step> step_;
};

/// Of a server: the engine reads the files again by one CONFIG SET (plan/common/listeners.h).
CertificateWatch::Process RenewAtServer(LiveSettings& settings);
/// Of a sentinel, which reads them only at its start (redis: src/sentinel.c has no CONFIG): it is
/// started anew, one after the other by their numbers.
CertificateWatch::Process RenewAtSentinel(MemberName self);

}  // namespace bowline
