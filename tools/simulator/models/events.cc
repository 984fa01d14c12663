// What befalls a world: containers that start and end, faults.

#include <csignal>
#include <format>

#include "apply/cluster/driver.h"
#include "apply/common/server.h"
#include "simulator/models/world.h"

namespace bowline::simulator {
namespace {

constexpr Micros kCrashLoop = 10 * kSecond;
constexpr Micros kGrace = 60 * kSecond;

const ModeDriver& Driver(const Layout&) {
  static const ClusterDriver driver;
  return driver;
}

/// As cmd/run.cc does it.
Result<int> RunMember(const std::filesystem::path& shared, const Pod& pod) {
  const Paths paths{.config = shared / "bowline.json",
                    .engine_directives = shared / "engine.conf",
                    .sentinel_directives = shared / "sentinel.conf",
                    .data = pod.folder / "data",
                    .run = pod.folder / "run"};
  ASSIGN_OR_RETURN(const Settings started, LoadSettings(paths.config));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(started));
  LiveSettings settings(started, secrets, paths);
  return RunServer(settings, &Driver, ReadPodEnv(), {});
}

}  // namespace

void World::NewPod(Host& host) {
  ++pods_made_;
  const std::string name = "F-" + host.pod.member.ToString();
  const std::string uid = std::format("uid-{}", pods_made_);
  host.pod.env = {.name = name,
                  .name_space = "ns",
                  .uid = uid,
                  .ip = std::format("10.244.{}.{}", pods_made_ / 250, 1 + pods_made_ % 250),
                  .node = std::format("node-{}", host.pod.machine),
                  .revision = "1"};
  kube.MakePod(name, uid);
  host.restarts = 0;
  host.replacing = false;
  std::filesystem::remove_all(host.pod.folder / "run");
  std::filesystem::create_directories(host.pod.folder / "run");
}

void World::StartAll() {
  for (const auto& host : hosts_) {
    NewPod(*host);
    scheduler.In(scheduler.Between(0, 3 * kSecond),
                 [this, raw = host.get()] { StartContainer(*raw); });
  }
}

void World::StartContainer(Host& host) {
  if (host.process) host.former.push_back(host.process);
  host.process = std::make_shared<Process>(host.pod);
  story.Tell(host.pod.member.ToString(), "the container starts", true);
  scheduler.Start(*host.process, [this, &host, process = host.process.get()] {
    const auto code = RunMember(folder_, host.pod);
    const std::string how = code ? std::format("exit code {}", *code) : code.error().ToString();
    story.Tell(host.pod.member.ToString(), "the container ends: " + how);
    scheduler.In(
        0, [this, &host, process, code] { ContainerEnded(host, *process, code ? *code : 70); });
    (void)scheduler.Park();
  });
}

void World::Stop(Host& host, bool power) {
  if (!host.process) return;
  host.process->Kill();
  host.process->listeners.clear();
  const auto engine = host.process->engine;
  if (!engine || !engine->runs()) return;
  power ? engine->LosePower() : engine->Die();
}

void World::ContainerEnded(Host& host, Process& process, int) {
  if (!process.alive() || host.process.get() != &process) return;
  Stop(host, false);
  Micros wait = scheduler.Between(300, 1500) * kMillisecond;
  if (host.replacing) {
    NewPod(host);
    wait += scheduler.Between(500, 3000) * kMillisecond;
  } else if (++host.restarts > 1) {
    wait += kCrashLoop;
  }
  scheduler.In(wait, [this, &host, before = host.process] {
    if (host.up && host.process == before) StartContainer(host);
  });
}

void World::KillEngine(Machine machine) {
  if (EngineOn(machine)) EngineEnded(PodOf(machine), {.code = 0, .signal = SIGKILL});
}

void World::KillContainer(Machine machine) {
  Host& host = *hosts_.at(Index(machine));
  if (!host.up || !host.process || !host.process->alive()) return;
  story.Tell(host.pod.member.ToString(), "FAULT: PID 1 is killed");
  Process& process = *host.process;
  // Stop() kills the process; ContainerEnded wants one that lives.
  ContainerEnded(host, process, 137);
}

void World::Replace(Machine machine) {
  Host& host = *hosts_.at(Index(machine));
  if (!host.up || !host.process || !host.process->alive() || host.replacing) return;
  host.replacing = true;
  story.Tell(host.pod.member.ToString(), "the pod is deleted");
  host.process->Signal(SIGTERM);
  scheduler.In(kGrace, [this, &host, process = host.process] {
    if (host.process != process || !process->alive()) return;
    story.Violated(host.pod.member.ToString() + " has not stopped within its grace period");
    ContainerEnded(host, *process, 137);
  });
}

void World::CutPower(Machine machine) {
  Host& host = *hosts_.at(Index(machine));
  if (!host.up) return;
  story.Tell(host.pod.member.ToString(), "FAULT: the machine has no power");
  host.up = false;
  Stop(host, true);
}

void World::RestorePower(Machine machine) {
  Host& host = *hosts_.at(Index(machine));
  if (host.up) return;
  story.Tell(host.pod.member.ToString(), "the machine has power again");
  host.up = true;
  NewPod(host);
  StartContainer(host);
}

void World::Isolate(Machine machine, bool clients_too) {
  story.Tell(PodOf(machine).member.ToString(), clients_too
                                                   ? "FAULT: the machine is cut off"
                                                   : "FAULT: cut off, but not from clients");
  for (Machine other = 0; other <= ApiServer(); ++other) {
    if (other != machine) network.Cut(machine, other);
  }
  if (clients_too) network.Cut(machine, ClientMachine());
}

void World::Rejoin(Machine machine) {
  story.Tell(PodOf(machine).member.ToString(), "the cut is mended");
  for (Machine other = 0; other <= ClientMachine(); ++other) {
    if (other != machine) network.Mend(machine, other);
  }
}

}  // namespace bowline::simulator
