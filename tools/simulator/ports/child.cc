// sys/child.h: signals of the simulated process, and an engine as its child.

#include "sys/child.h"

#include <csignal>

#include "simulator/models/world.h"
#include "simulator/ports/until.h"

namespace bowline {

std::string ChildExit::ToString() const {
  if (signal != 0) return std::format("killed by signal {}", signal);
  return std::format("exit code {}", code);
}

void BlockSignals() {}

std::optional<int> WaitForSignal(Deadline deadline) {
  simulator::Process& self = simulator::Self();
  if (self.signals.empty()) {
    self.waits = simulator::Running()->Current();
    (void)simulator::Running()->Park(simulator::Until(deadline));
    self.waits = nullptr;
  }
  if (self.signals.empty()) return std::nullopt;
  const int signal = self.signals.front();
  self.signals.pop_front();
  return signal;
}

Result<pid_t> Spawn(const std::vector<std::string>& argv, const std::filesystem::path&) {
  return simulator::TheWorld().StartEngine(simulator::Self(), argv.at(1));
}

std::optional<ChildExit> Reap(pid_t) { return std::exchange(simulator::Self().ended, {}); }

void SignalChild(pid_t, int signal) {
  simulator::TheWorld().SignalEngine(simulator::Self(), signal);
}

}  // namespace bowline
