#include "simulator/models/world.h"

#include <csignal>
#include <format>

#include "sys/files.h"

namespace bowline::simulator {
namespace {

World* the_world = nullptr;

}  // namespace

World& TheWorld() { return *the_world; }

Process& Self() { return static_cast<Process&>(Running()->Current()->owner()); }

void Process::Signal(int signal) {
  signals.push_back(signal);
  if (waits != nullptr) Running()->Wake(*waits);
}

World::World(std::uint64_t seed, const Shape& shape, std::filesystem::path folder)
    : scheduler(seed),
      story(scheduler),
      network(scheduler),
      kube(story),
      clients(*this),
      layout{.shards = 3, .replicas_per_shard = shape.replicas},
      folder_(std::move(folder)) {
  the_world = this;
  for (const MemberName member : layout.Members()) {
    auto host = std::make_unique<Host>();
    const auto number = hosts_.size();
    host->pod = {.member = member,
                 .machine = static_cast<Machine>(number),
                 .service_ip = std::format("10.96.0.{}", number + 1),
                 .folder = folder_ / member.ToString(),
                 .env = {}};
    hosts_.push_back(std::move(host));
  }
  WriteFiles(shape);
}

World::~World() { the_world = nullptr; }

void World::WriteFiles(const Shape& shape) const {
  std::filesystem::create_directories(folder_ / "account");
  (void)ReplaceFileUnsynced(folder_ / "account" / "token", "token");
  (void)ReplaceFileUnsynced(folder_ / "engine.conf", "appendonly yes\n");
  const std::string settings = std::format(
      R"({{"version":1,"release":"rel","namespace":"ns","fullname":"F","mode":"cluster",)"
      R"("engine":"{}","clusterDomain":"cluster.local",)"
      R"("ports":{{"client":6379,"http":8379,"peers":8380,"bus":16379}},)"
      R"("cluster":{{"shards":{},"replicasPerShard":{},"nodeTimeoutMilliseconds":{}}},)"
      R"("auth":{{"enabled":false}},"persistence":{{"enabled":true}},)"
      R"("log":{{"format":"text","level":"info"}},"record":"F-record","events":true,)"
      R"("roleLabel":true,"terminationGracePeriodSeconds":60}})",
      shape.engine, layout.shards, shape.replicas, shape.node_timeout);
  (void)ReplaceFileUnsynced(folder_ / "bowline.json", settings);
  for (const auto& host : hosts_) {
    std::filesystem::create_directories(host->pod.folder / "data");
    std::filesystem::create_directories(host->pod.folder / "run");
  }
}

Machine World::MachineOf(Machine from, const std::string& ip) const {
  if (ip == "127.0.0.1") return from;
  for (const auto& host : hosts_) {
    if (host->pod.service_ip == ip || host->pod.env.ip == ip) return host->pod.machine;
  }
  return -1;
}

Machine World::MachineOfMember(MemberName member) const {
  for (const auto& host : hosts_) {
    if (host->pod.member == member) return host->pod.machine;
  }
  return -1;
}

std::string World::ServiceIpOf(const std::string& name) const {
  for (const auto& host : hosts_) {
    if (name.starts_with("F-" + host->pod.member.ToString() + ".")) return host->pod.service_ip;
  }
  return "";
}

bool World::IsUp(Machine machine) const {
  if (machine < 0) return false;
  return machine >= ApiServer() || hosts_[Index(machine)]->up;
}

std::shared_ptr<Engine> World::EngineOn(Machine machine) const {
  if (machine < 0 || machine >= ApiServer()) return nullptr;
  const auto& process = hosts_[Index(machine)]->process;
  if (!process || !process->engine || !process->engine->runs()) return nullptr;
  return process->engine;
}

Listener* World::ListenerOn(Machine machine, int port) const {
  if (machine < 0 || machine >= ApiServer()) return nullptr;
  const auto& process = hosts_[Index(machine)]->process;
  if (!process || !process->alive()) return nullptr;
  const auto found = process->listeners.find(port);
  return found == process->listeners.end() ? nullptr : found->second;
}

Result<pid_t> World::StartEngine(Process& process, const std::string& conf_file) {
  process.engine = std::make_shared<Engine>(*this, process.pod, conf_file);
  process.ended.reset();
  story.Tell(process.pod.member.ToString(), "the engine starts");
  process.engine->Begin();
  return ++pids_;
}

void World::SignalEngine(Process& process, int signal) {
  const std::shared_ptr<Engine> engine = process.engine;
  if (!engine || !engine->runs()) return;
  if (signal == SIGKILL) return EngineEnded(process.pod, {.code = 0, .signal = SIGKILL});
  if (signal != SIGTERM) return;
  engine->ShutDown([this, &process] { EngineEnded(process.pod, {.code = 0, .signal = 0}); });
}

void World::EngineEnded(const Pod& pod, ChildExit how) {
  const std::shared_ptr<Engine> engine = EngineOn(pod.machine);
  if (!engine) return;
  story.Tell(pod.member.ToString(), "the engine ends: " + how.ToString());
  engine->Die();
  Process& process = *hosts_[Index(pod.machine)]->process;
  process.ended = how;
  process.Signal(SIGCHLD);
}

void World::Acknowledged(const Engine& engine, std::uint32_t id) {
  clients.Taken(id, engine.machine());
}

std::shared_ptr<Engine> World::Leader() const {
  for (const MemberName member : layout.MembersOf(0)) {
    const auto engine = EngineOn(MachineOfMember(member));
    if (engine && engine->primary() && engine->bus().OwnsSlots()) return engine;
  }
  return nullptr;
}

std::string World::WhyNotSettled() const {
  for (int shard = 0; shard < layout.shards; ++shard) {
    if (std::string why = WhyNotSettled(shard); !why.empty()) return why;
  }
  return "";
}

std::string World::WhyNotSettled(int shard) const {
  std::shared_ptr<Engine> leader;
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto engine = EngineOn(MachineOfMember(member));
    const std::string name = member.ToString();
    if (!engine || engine->loading()) return name + " does not run";
    if (hosts_[Index(engine->machine())]->replacing) return name + " stops";
    if (!engine->primary()) continue;
    if (leader) return name + " and " + leader->pod().member.ToString() + " are both primaries";
    if (!engine->bus().state_ok()) return name + " says cluster_state:fail";
    leader = engine;
  }
  if (!leader) return std::format("nobody leads shard {}", shard);
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto engine = EngineOn(MachineOfMember(member));
    if (engine == leader) continue;
    if (engine->bus().Lead().id != leader->bus().Me().id || !engine->replication().link_up()) {
      return member.ToString() + " does not follow " + leader->pod().member.ToString();
    }
  }
  return "";
}

}  // namespace bowline::simulator
