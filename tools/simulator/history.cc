#include "simulator/history.h"

#include <algorithm>
#include <format>

#include "simulator/faults.h"

namespace bowline::simulator {
namespace {

constexpr Micros kFirstStart = 60 * kSecond;
// All faults are over: docs/failure-modes.md has 90 s as its longest bound.
constexpr Micros kReturn = 90 * kSecond;
constexpr Micros kLook = 500 * kMillisecond;
constexpr Micros kQuiet = 3 * kSecond;

/// False: not within `span`.
bool Settle(World& world, Micros span) {
  const Micros until = world.scheduler.Now() + span;
  while (!world.WhyNotSettled().empty()) {
    if (world.scheduler.Now() >= until) return false;
    world.scheduler.RunUntil(world.scheduler.Now() + kLook);
  }
  return true;
}

void RunFor(World& world, Micros span) { world.scheduler.RunUntil(world.scheduler.Now() + span); }

/// How many acknowledged writes the dataset lacks as the rules allow.
int CheckLoss(World& world, const LossRules& rules) {
  const auto leader = world.Leader();
  if (!leader) return 0;
  std::vector<std::uint32_t> kept = leader->dataset().writes();
  std::ranges::sort(kept);
  int allowed = 0;
  int lost = 0;
  Micros first = kNever;
  Micros last = 0;
  for (const auto& [id, write] : world.clients.acknowledged()) {
    if (!write.heard || std::ranges::binary_search(kept, id)) continue;
    if (rules.Allowed(write)) {
      ++allowed;
      continue;
    }
    ++lost;
    first = std::min(first, write.when);
    last = std::max(last, write.when);
  }
  if (lost > 0) {
    world.story.Violated(std::format("{} acknowledged writes are lost, of {}.{:03} to {}.{:03}",
                                     lost, first / kSecond, first % kSecond / kMillisecond,
                                     last / kSecond, last % kSecond / kMillisecond));
  }
  return allowed;
}

void Run(World& world, HistoryEnd& end) {
  LossRules rules;
  Faults faults(world, rules);
  world.StartAll();
  if (!Settle(world, kFirstStart)) {
    world.story.Violated("the first start does not end: " + world.WhyNotSettled());
    return;
  }
  world.clients.Start(2);
  RunFor(world, kQuiet);
  for (int left = 1 + world.scheduler.Below(3); left > 0; --left) {
    faults.Strike();
    RunFor(world, world.scheduler.Between(0, 12 * kSecond));
  }
  RunFor(world, std::max(faults.over() - world.scheduler.Now(), Micros{0}));
  const Micros over = world.scheduler.Now();
  if (!Settle(world, kReturn)) {
    world.story.Violated("it does not come back: " + world.WhyNotSettled());
    return;
  }
  RunFor(world, kQuiet);
  if (world.clients.last_success() < std::max(over, world.scheduler.Now() - kQuiet)) {
    world.story.Violated("no write is taken after the return");
  }
  world.clients.Stop();
  RunFor(world, kQuiet);
  if (world.kube.loss_accepted()) rules.AllowAll();
  end.lost = CheckLoss(world, rules);
}

}  // namespace

HistoryEnd RunHistory(std::uint64_t seed, const std::filesystem::path& folder) {
  HistoryEnd end;
  Shape shape{.replicas = 1 + static_cast<int>(seed % 2),
              .engine = seed % 4 < 2 ? "valkey" : "redis",
              .node_timeout = 2500};
  // Never destroyed: fibers that have not ended still use it. The process ends after a history.
  World& world = *new World(seed, shape, folder);
  world.story.Tell("history", std::format("seed {}: {} with {} of each shard", seed, shape.engine,
                                          shape.replicas + 1));
  Run(world, end);
  end.violations = world.story.violations();
  end.story = world.story.Print(false);
  end.details = world.story.Print(true);
  end.acknowledged = static_cast<int>(world.clients.acknowledged().size());
  return end;
}

}  // namespace bowline::simulator
