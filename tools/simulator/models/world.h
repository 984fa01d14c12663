#pragma once
// One history: the machines of a cluster with bowline and engines on them, the network, the API
// server, clients. What the ports ask of it, and what can befall it.

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/slots.h"
#include "simulator/models/clients.h"
#include "simulator/models/engine.h"
#include "simulator/models/kube_store.h"
#include "simulator/models/listener.h"
#include "simulator/models/network.h"
#include "simulator/models/process.h"
#include "simulator/models/story.h"

namespace bowline::simulator {

struct Shape {
  int replicas = 1;
  std::string engine = "valkey";
  int node_timeout = 2500;  ///< milliseconds
};

class World {
 public:
  /// `folder`: empty, for the volumes.
  World(std::uint64_t seed, const Shape& shape, std::filesystem::path folder);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Scheduler scheduler;
  Story story;
  Network network;
  KubeStore kube;
  Clients clients;
  Layout layout;

  // For the ports.
  /// Of an address, as it is seen from a machine; -1: of none.
  [[nodiscard]] Machine MachineOf(Machine from, const std::string& ip) const;
  [[nodiscard]] std::string ServiceIpOf(const std::string& host) const;
  [[nodiscard]] std::string AccountFolder() const { return folder_ / "account"; }
  [[nodiscard]] Machine ApiServer() const { return static_cast<Machine>(hosts_.size()); }
  [[nodiscard]] Machine ClientMachine() const { return ApiServer() + 1; }
  [[nodiscard]] bool IsUp(Machine machine) const;
  /// nullptr: none runs.
  [[nodiscard]] std::shared_ptr<Engine> EngineOn(Machine machine) const;
  [[nodiscard]] Listener* ListenerOn(Machine machine, int port) const;
  Result<pid_t> StartEngine(Process& process, const std::string& conf_file);
  void SignalEngine(Process& process, int signal);
  void EngineEnded(const Pod& pod, ChildExit how);
  void Acknowledged(const Engine& engine, std::uint32_t id);
  [[nodiscard]] SlotRange ShardSlots() const { return SplitSlots(layout.shards).front(); }
  [[nodiscard]] Pod& PodOf(Machine machine) { return hosts_.at(Index(machine))->pod; }
  [[nodiscard]] Machine MachineOfMember(MemberName member) const;

  // What can befall it.
  void StartAll();
  void KillEngine(Machine machine);
  void KillContainer(Machine machine);
  /// The pod is deleted as a rollout does it; another one follows.
  void Replace(Machine machine);
  void CutPower(Machine machine);
  void RestorePower(Machine machine);
  /// From all others; `clients_too`: also from the clients.
  void Isolate(Machine machine, bool clients_too);
  void Rejoin(Machine machine);

  /// Empty: all run, one of each shard leads, the others follow it and are in sync. Else why not.
  [[nodiscard]] std::string WhyNotSettled() const;
  /// Of the observed shard; nullptr: nobody leads.
  [[nodiscard]] std::shared_ptr<Engine> Leader() const;

 private:
  struct Host {
    Pod pod;
    bool up = true;
    bool replacing = false;
    int restarts = 0;
    std::shared_ptr<Process> process;
    std::vector<std::shared_ptr<Process>> former;
  };
  static std::size_t Index(Machine machine) { return static_cast<std::size_t>(machine); }
  void WriteFiles(const Shape& shape) const;
  void NewPod(Host& host);
  void StartContainer(Host& host);
  void ContainerEnded(Host& host, Process& process, int code);
  void Stop(Host& host, bool power);
  [[nodiscard]] std::string WhyNotSettled(int shard) const;

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Host>> hosts_;
  int pods_made_ = 0;
  int pids_ = 100;
};

/// The one that runs.
World& TheWorld();

}  // namespace bowline::simulator
