#include "simulator/models/engine.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/parse.h"
#include "simulator/models/world.h"
#include "sys/files.h"

namespace bowline::simulator {
namespace {

constexpr Micros kTick = 100 * kMillisecond;
constexpr int kTicksOfASync = 10;  // appendfsync everysec
constexpr Micros kShutdown = 10 * kSecond;

std::map<std::string, std::string> ReadConfig(const std::string& file) {
  const std::string text = ReadFile(file).value();
  std::map<std::string, std::string> config{{"cluster-replica-no-failover", "no"},
                                            {"appendfsync", "everysec"},
                                            {"min-replicas-to-write", "0"},
                                            {"save", ""}};
  for (const std::string_view line : SplitLines(text)) {
    const std::size_t blank = line.find(' ');
    if (line.starts_with('#') || blank == std::string_view::npos) continue;
    config[std::string(line.substr(0, blank))] = line.substr(blank + 1);
  }
  return config;
}

}  // namespace

Engine::Engine(World& world, Pod& pod, const std::string& conf_file)
    : world_(world),
      pod_(pod),
      config_(ReadConfig(conf_file)),
      dataset_(pod.folder / "data"),
      bus_(*this, ReadFile(pod.folder / "data" / "nodes.conf").value()),
      replication_(*this) {}

Machine Engine::machine() const { return pod_.machine; }

const std::string& Engine::Config(const std::string& name) const { return config_.at(name); }

void Engine::Begin() {
  if (!primary()) replication_.Follow(bus_.Lead().endpoint.ip);
  world_.scheduler.In(world_.scheduler.Between(20, 300) * kMillisecond,
                      [self = shared_from_this()] {
                        if (self->ended_) return;
                        if (!self->dataset_.Load()) {
                          self->world_.EngineEnded(self->pod_, {.code = 1, .signal = 0});
                          return;
                        }
                        self->loading_ = false;
                        self->RoleChanged();
                      });
  world_.scheduler.In(world_.scheduler.Between(1, kTick),
                      [self = shared_from_this()] { self->Cron(); });
}

void Engine::Cron() {
  if (ended_) return;
  bus_.Cron();
  if (!loading_) {
    replication_.Cron();
    if (++ticks_ % kTicksOfASync == 0) dataset_.Sync();
  }
  if (!WritesPaused()) Resume();
  if (shutting_down_ && (replication_.AllFollow() || world_.scheduler.Now() > shutdown_until_)) {
    std::exchange(shutting_down_, nullptr)();
  }
  if (ended_) return;
  world_.scheduler.In(kTick, [self = shared_from_this()] { self->Cron(); });
}

void Engine::RoleChanged() {
  if (loading_) return;
  if (primary()) {
    replication_.TurnPrimary();
  } else {
    replication_.Follow(bus_.Lead().endpoint.ip);
  }
  world_.story.Tell(
      pod_.member.ToString(),
      primary() ? "the engine is primary" : "the engine is replica of " + bus_.Lead().endpoint.ip,
      true);
  Resume();
}

void Engine::SaveConf() {
  // Its process writes it before it answers anybody, through to the disk.
  std::ofstream(pod_.folder / "data" / "nodes.conf", std::ios::binary)
      << PrintNodesConf(bus_.View());
}

bool Engine::WritesPaused() const {
  const Micros now = world_.scheduler.Now();
  return now < client_pause_ || now < failover_pause_ || shutting_down_ != nullptr;
}

void Engine::PauseForFailover(Micros until) {
  failover_pause_ = until;
  if (!WritesPaused()) Resume();
}

void Engine::Write(std::uint32_t id, std::function<void(WriteAnswer)> answer) {
  using Kind = WriteAnswer::Kind;
  if (ended_) return;
  if (loading_) return answer({.kind = Kind::kRefused, .moved_to = ""});
  const SlotRange slots = world_.ShardSlots();
  const bool owns = std::ranges::contains(bus_.Me().slots, slots);
  if (!bus_.state_ok()) return answer({.kind = Kind::kRefused, .moved_to = ""});
  if (!owns) return answer({.kind = Kind::kMoved, .moved_to = bus_.OwnerIp(slots)});
  if (WritesPaused()) {
    waiting_.push_back({id, std::move(answer)});
    return;
  }
  dataset_.Append(id);
  replication_.Write(id);
  world_.Acknowledged(*this, id);
  answer({.kind = Kind::kOk, .moved_to = ""});
}

void Engine::Resume() {
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    Write(waiting.id, std::move(waiting.answer));
  }
}

void Engine::Opened(const std::shared_ptr<Stream>& stream, std::function<void()> lost) {
  std::erase_if(guests_, [](const Guest& client) { return client.stream->broken; });
  guests_.push_back({stream, std::move(lost)});
}

void Engine::End() {
  ended_ = true;
  waiting_.clear();
  shutting_down_ = nullptr;
  replication_.Close();
}

void Engine::Die() {
  if (ended_) return;
  End();
  dataset_.Close();
  for (const Guest& client : std::exchange(guests_, {})) {
    world_.network.SendOn(client.stream, machine(), client.lost);
  }
}

void Engine::LosePower() {
  if (ended_) return;
  End();
  guests_.clear();
  dataset_.LoseUnsynced();
}

void Engine::ShutDown(std::function<void()> ended) {
  shutting_down_ = std::move(ended);
  shutdown_until_ = world_.scheduler.Now() + kShutdown;
}

}  // namespace bowline::simulator
