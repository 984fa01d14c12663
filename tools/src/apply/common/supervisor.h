#pragma once
// PID 1 of a member's container: guard, process, signals, end. What servers and sentinels have in
// common; apply/common/server.h and apply/sentinel/sentinel.h have the rest.

#include <optional>
#include <string>
#include <vector>

#include "apply/common/configuration.h"
#include "apply/common/context.h"
#include "apply/common/events.h"
#include "apply/common/guard.h"
#include "apply/common/handovers.h"
#include "apply/common/lanes.h"
#include "apply/common/live_state.h"
#include "apply/common/metrics_page.h"
#include "apply/common/mode_driver.h"
#include "apply/common/pause.h"
#include "apply/common/peers.h"
#include "apply/common/pod_conditions.h"
#include "apply/common/probes.h"
#include "apply/common/revision_watch.h"
#include "apply/common/state_watch.h"
#include "runtime/live_settings.h"
#include "sys/child.h"
#include "web/http.h"

namespace bowline {

/// Sleeps, and says false as soon as somebody wants us to stop. Call it from the main thread, with
/// signals blocked.
bool PauseUnlessStopped(Milliseconds span);

/// The member that this pod is; kFailedPrecondition when the settings do not declare it.
Result<MemberName> DeclaredMember(const Settings& settings, const PodEnv& pod);

class Supervisor {
 public:
  /// `probe` looks at the process.
  Supervisor(LiveSettings& settings, MemberName self, const ModeDriver& driver, const PodEnv& pod,
             MemberProbe& probe);
  virtual ~Supervisor() { lanes_.HoldCalls(true); }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Runs until the process has ended; the container's exit code. Errors are those of the start
  /// (see Guard::Run). On SIGHUP a process that may (StartsAnewOnHangUp) is ended and started
  /// anew, by a new look at everything.
  Result<int> Run(const std::vector<std::string>& engine_arguments);

 protected:
  /// Writes what the process starts from; its command line.
  virtual Result<std::vector<std::string>> Arguments(const GuardOutcome& start) = 0;
  /// Supervise, with the resident looks beside it.
  virtual int Watched(GuardOutcome start, pid_t child) = 0;
  /// How GET /metrics learns what the process says. It may be used until the end of this object, so
  /// it refers to nothing of a class that is derived.
  virtual MetricsPage::Sources ForMetrics() = 0;
  /// preStop has normally done this already; a SIGTERM without it (no kubelet) must not lose the
  /// lead either.
  virtual void BeforeStop() {}
  /// The process has ended by itself before it served: what of its dataset could not be loaded;
  /// nullopt: that is not the reason.
  virtual std::optional<DatasetDamage> Damage() { return std::nullopt; }
  /// The same, and no damage was found: what may help to understand it, for an Event.
  virtual std::optional<std::string> Hint() { return std::nullopt; }
  /// The process has ended by itself. True: it is to be started again here, by a new look at
  /// everything; false: this program ends, too.
  virtual bool AfterDeath() { return false; }
  /// Does SIGHUP end the process and start it anew? Not where that would need a handover.
  [[nodiscard]] virtual bool StartsAnewOnHangUp() const { return false; }

  int Supervise(pid_t child);

  LiveSettings& settings_;
  MemberName self_;
  const ModeDriver& driver_;
  const PodEnv& pod_;
  Lanes lanes_;
  LiveState live_;
  EventSink events_;
  PodConditions conditions_;
  Peers peers_;
  Identity identity_;  ///< as the start has found it
  Handovers handovers_{lanes_.handovers};
  Configuration configuration_{settings_, live_, conditions_, self_.HoldsData()};

 private:
  int Ended(const ChildExit& ended, bool told_to_stop);
  /// Has the present process served, or loaded all that it has?
  bool HasLoaded();
  /// Over a damaged dataset: who leads is to be decided anew.
  bool StartsAnew(const ChildExit& ended);

  /// What the mounted settings say by now is followed as far as it is live, and told.
  void FollowSettings();
  /// An engine that gives no reply at all is ended here; the kubelet does not look for that. Of one
  /// whose clients are paused an Event tells.
  void EndIfStuck(pid_t child);

  RevisionWatch revision_{lanes_.api, settings_, pod_};
  StateWatch state_{lanes_.api, settings_, self_, driver_.rules(), live_, peers_};
  PauseWatch pause_{lanes_.api, settings_, live_, events_,
                    [this](const ConfigMapState& record) { state_.Read(record); }};
  Probes probes_;
  std::optional<MetricsPage> metrics_;
  HttpServer probe_listener_;
  HttpServer peer_listener_{PeerLimits()};
  bool ended_stuck_ = false;
  std::optional<DatasetDamage> damage_;  ///< for the next start
  std::optional<DatasetDamage> found_;   ///< the last one that was found
  bool told_paused_ = false;
  bool again_ = false;          ///< the process is to be started anew
  bool ran_ = false;            ///< a process was started
  std::int64_t oom_kills_ = 0;  ///< of the container, as counted when the process was started
};

}  // namespace bowline
