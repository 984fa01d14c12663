#pragma once
// The engine as a child process, and the duties of PID 1: reap everything, forward signals.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

/// How a child ended.
struct ChildExit {
  int code = 0;    ///< exit code when signal is 0
  int signal = 0;  ///< the signal that killed it, or 0
  /// What a container should exit with: the code, or 128 + signal (as shells and tini do).
  [[nodiscard]] int ContainerCode() const { return signal != 0 ? 128 + signal : code; }
  [[nodiscard]] std::string ToString() const;
};

/// Blocks TERM, INT, HUP and CHLD in the calling thread and every thread made after it, so that
/// WaitForSignal sees them. Call before any thread is started.
void BlockSignals();

/// The next signal (TERM, INT, HUP, CHLD), or nothing when the deadline passes.
std::optional<int> WaitForSignal(Deadline deadline);

/// Starts argv[0] (searched in PATH) with signals unblocked; the files that it makes are for its
/// user alone (umask 077: they hold keys, and a sentinel's hold passwords). It gets SIGKILL when
/// the thread that spawned it ends (prctl PDEATHSIG), so that an engine never runs without its
/// supervisor: call it from the main thread. kNotFound or kPermissionDenied when it cannot be
/// executed. What it prints goes to the file `output`, which is made anew; empty: to where ours
/// goes.
Result<pid_t> Spawn(const std::vector<std::string>& argv, const std::filesystem::path& output = {});

/// Reaps every child that has ended; the exit of `pid` if it was among them.
std::optional<ChildExit> Reap(pid_t pid);

/// Sends a signal to a child of ours; a child that has gone is no error.
void SignalChild(pid_t pid, int signal);

}  // namespace bowline
