#include "simulator/faults.h"

namespace bowline::simulator {
namespace {

// docs/failure-modes.md: a power cut loses the last 2 s.
constexpr Micros kPowerLoss = 2 * kSecond;
// Where the kernel does not tell of connections a cut is noticed after 2 to 3 s (decision 0013),
// and the engine refuses writes a node timeout after the last word of a majority.
constexpr Micros kUnnoticed = 3500 * kMillisecond;

// Until a replica that misses writes is held back from elections: 5 s, and a look at it.
constexpr Micros kNotHeldBack = 7 * kSecond;

}  // namespace

bool Faults::Leads(Machine machine) const {
  const auto leader = world_.Leader();
  return leader && leader->machine() == machine;
}

Machine Faults::Victim() {
  const auto leader = world_.Leader();
  if (leader && world_.scheduler.Below(2) == 0) return leader->machine();
  const auto shard = world_.layout.MembersOf(0);
  const auto all = world_.layout.Members();
  const auto& among = world_.scheduler.Below(4) == 0 ? all : shard;
  const auto drawn =
      static_cast<std::size_t>(world_.scheduler.Below(static_cast<int>(among.size())));
  return world_.MachineOfMember(among[drawn]);
}

void Faults::Strike() {
  const Machine machine = Victim();
  Until(world_.scheduler.Now());
  switch (world_.scheduler.Below(9)) {
    case 0:
    case 1:
      world_.KillEngine(machine);
      break;
    case 2:
      world_.KillContainer(machine);
      break;
    case 3:
    case 4:
      world_.Replace(machine);
      break;
    case 5:
      CutPower(machine);
      break;
    case 6:
      Isolate(machine);
      break;
    case 7:
      CutReplication();
      break;
    case 8:
      BreakReplication();
      break;
  }
}

void Faults::CutPower(Machine machine) {
  const Micros now = world_.scheduler.Now();
  if (Leads(machine)) rules_.AllowAny(now - kPowerLoss, now);
  const Micros back = now + world_.scheduler.Between(500 * kMillisecond, 20 * kSecond);
  world_.CutPower(machine);
  world_.scheduler.At(back, [this, machine] { world_.RestorePower(machine); });
  Until(back);
}

void Faults::Isolate(Machine machine) {
  const Micros now = world_.scheduler.Now();
  if (Leads(machine)) rules_.Allow(machine, now, now + kUnnoticed);
  const Micros back = now + world_.scheduler.Between(500 * kMillisecond, 15 * kSecond);
  world_.Isolate(machine, world_.scheduler.Below(2) == 0);
  world_.scheduler.At(back, [this, machine] { world_.Rejoin(machine); });
  Until(back);
}

/// Between the primary and one of its replicas alone: the replica does not see its primary run, so
/// nothing keeps it from an election (decision 0019, "How it can be wrong").
void Faults::CutReplication() {
  const auto leader = world_.Leader();
  if (!leader) return;
  const auto others = world_.layout.OthersOf(leader->pod().member);
  const auto drawn =
      static_cast<std::size_t>(world_.scheduler.Below(static_cast<int>(others.size())));
  const Machine one = leader->machine();
  const Machine other = world_.MachineOfMember(others[drawn]);
  const Micros back = world_.scheduler.Now() + world_.scheduler.Between(kSecond, 70 * kSecond);
  world_.story.Tell("network",
                    std::format("FAULT: cut between {} and {}", leader->pod().member.ToString(),
                                others[drawn].ToString()));
  rules_.Allow(one, world_.scheduler.Now(), back);
  world_.network.Cut(one, other);
  world_.scheduler.At(back, [this, one, other] {
    world_.story.Tell("network", "that cut is mended");
    world_.network.Mend(one, other);
  });
  Until(back);
}

/// A replica's link breaks and cannot be made again, though all hear each other: full copies that
/// fail, for instance. It is held back from elections after 5 s (decision 0019.3).
void Faults::BreakReplication() {
  const auto leader = world_.Leader();
  if (!leader) return;
  const Micros now = world_.scheduler.Now();
  const Micros back = now + world_.scheduler.Between(kSecond, 50 * kSecond);
  rules_.Allow(leader->machine(), now, now + kNotHeldBack);
  for (const MemberName member : world_.layout.OthersOf(leader->pod().member)) {
    if (world_.scheduler.Below(3) == 0) continue;
    const auto replica = world_.EngineOn(world_.MachineOfMember(member));
    if (!replica) continue;
    world_.story.Tell(member.ToString(),
                      std::format("FAULT: its link breaks for {} s", (back - now) / kSecond));
    replica->replication().BreakUntil(back);
  }
  Until(back);
}

}  // namespace bowline::simulator
