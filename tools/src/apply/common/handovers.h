#pragma once
// The planned handovers of one member, one at a time, on a lane of the resident program: the
// preStop hook and `bowline failover` ask for one by a message and may be killed at any moment, as
// nothing that has begun depends on them. docs/decisions/0025 has the reasons.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "apply/common/counting.h"
#include "apply/common/handover.h"
#include "peer/channel.h"
#include "peer/handover_order.h"
#include "plan/common/stop_budget.h"
#include "runtime/lane.h"

namespace bowline {

class Handovers {
 public:
  /// Does what is ordered; returns by the deadline, or little later.
  using Work = std::function<HandoverEnd(const HandoverOrder& order, Deadline deadline)>;

  explicit Handovers(Lane& lane) : lane_(lane) {}
  ~Handovers();
  Handovers(const Handovers&) = delete;
  Handovers& operator=(const Handovers&) = delete;

  /// The engine runs: orders are taken from now on.
  void Open(Work work);
  /// The engine has ended, or will now: no order is taken. Waits for the one that runs. False when
  /// that has not ended by the deadline.
  bool Close(Deadline deadline);
  /// Close, and the one that runs has ended: `work` is not used any more.
  void End();

  /// A message of a member or a command: the state, after its order was begun. It is not while
  /// another one runs, and when its challenge is not the last one. The state has the end of the
  /// message's own order as long as that is among the last few.
  std::string Answer(const PeerOrder& order);

  /// Waits for the handover that runs; its end when it has one by the deadline. Empty: none runs.
  std::optional<HandoverEnd> Wait(Deadline deadline);
  /// By this program itself: begins when none runs any more, and waits for the end. `kind`: as
  /// apply/common/counting.h has it.
  HandoverEnd Run(HandoverOrder order, Deadline deadline, std::string_view kind = kForRepair);

  [[nodiscard]] bool Running();
  [[nodiscard]] bool IsOpen();

  /// For PlanStop.
  StopInput ForStop(Milliseconds grace);

 private:
  struct Current {
    HandoverOrder order;
    Deadline deadline;
    std::string_view kind;
    std::chrono::steady_clock::time_point began;
  };
  void RunOrdered();
  /// With the lock held.
  void Begin(HandoverOrder order, Deadline deadline, std::string_view kind);
  [[nodiscard]] HandoverState State(const std::string& id);  ///< with the lock held

  Lane& lane_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Work work_;
  bool open_ = false;
  std::string challenge_;
  std::optional<Current> running_;
  struct Ended {
    std::string id;
    HandoverEnd end;
  };
  std::deque<Ended> ended_;  ///< the last ones, the newest in front
  std::optional<std::chrono::steady_clock::time_point> hook_asked_;
  std::optional<std::chrono::steady_clock::time_point> settled_at_;
  std::string settled_;
  std::optional<Step> step_;
};

/// Asks the program of the primary `primary` for a handover and waits for its end. While another
/// one runs: `wait` for it, or kAborted with who has asked for it and how long it can take.
/// kFailedPrecondition: that member hands over nothing; kUnavailable, kDeadlineExceeded: its
/// program does not answer.
Result<HandoverEnd> AskForHandover(const PeerChannel& channel, const PeerTarget& primary,
                                   HandoverOrder order, bool wait, Deadline deadline);

}  // namespace bowline
