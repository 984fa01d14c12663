// Whole sets in sentinel mode that start by PlanStart, in random order and
// with random losses: they always get there, with one primary and the newest data.

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/sentinel_simulation.h"

namespace bowline {
namespace {

using testing::Contains;
using testing::SentinelName;
using testing::SentinelSimulation;
using testing::ServerName;
using testing::SimServer;
using testing::Writes;

void RequireSound(SentinelSimulation& world, bool settled) {
  INFO(world.Story());
  REQUIRE(world.violations.empty());
  REQUIRE(settled);
}

/// It gets there, and its primary has all of these.
void RequireKept(SentinelSimulation& world, const Writes& all) {
  RequireSound(world, world.Settle());
  INFO(world.Story());
  CHECK(Contains(world.Primary()->writes, all));
}

/// All run, in sync, with some data.
SentinelSimulation Lived(int servers, unsigned seed) {
  SentinelSimulation world(servers, 3, seed);
  world.append_only = world.Below(2) == 0;
  RequireSound(world, world.Settle());
  for (int failovers = world.Below(3); failovers > 0; --failovers) {
    world.Write();
    RequireSound(world, world.Settle());
    world.Kill(world.servers.at(world.Primary()->name));
    world.Steps(8);
    RequireSound(world, world.Settle());
  }
  for (int i = 0; i < 5; ++i) world.Write();
  RequireSound(world, world.Settle());
  world.story.clear();
  return world;
}

TEST_CASE("sentinel mode: a first start always gets there, led by the first server") {
  for (const int servers : {1, 2, 3, 5}) {
    for (unsigned seed = 0; seed < 15; ++seed) {
      CAPTURE(servers, seed);
      SentinelSimulation world(servers, 3, seed);
      for (auto& [name, server] : world.servers) server.up = world.Below(3) != 0;
      for (auto& [name, sentinel] : world.sentinels) sentinel.up = world.Below(3) != 0;
      world.Steps(world.Below(10));
      RequireSound(world, world.Settle());
      CHECK(world.Primary()->name == ServerName(0));
    }
  }
}

/// Everybody comes up again, one after the other.
void ComeUp(SentinelSimulation& world, int dropped) {
  world.dropped = dropped;
  for (int round = world.Below(30); round > 0; --round) {
    for (auto& [name, server] : world.servers) server.up = server.up || world.Below(8) == 0;
    for (auto& [name, sentinel] : world.sentinels) {
      sentinel.up = sentinel.up || world.Below(8) == 0;
    }
    world.Step();
  }
}

TEST_CASE("a power cut with any volumes lost: what one server still has is kept") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    SentinelSimulation world = Lived(2 + static_cast<int>(seed % 4), seed);
    const Writes all = world.Primary()->writes;
    world.KillAll();
    int holders = 0;
    for (auto& [name, server] : world.servers) {
      if (world.Below(3) == 0) world.Lose(server, world.Below(2) == 0);
      holders += server.writes.empty() ? 0 : 1;
    }
    const bool forget = world.Below(3) == 0;
    for (auto& [name, sentinel] : world.sentinels) {
      if (forget || world.Below(4) == 0) world.Lose(sentinel);
    }
    CAPTURE(seed);
    ComeUp(world, world.Below(3));
    RequireKept(world, holders > 0 ? all : Writes());
  }
}

TEST_CASE("a server that was away for long never takes its old dataset to the others") {
  for (unsigned seed = 0; seed < 24; ++seed) {
    SentinelSimulation world = Lived(3 + static_cast<int>(seed % 3), seed);
    SimServer& away = world.Server(world.Below(3));
    world.Kill(away);
    for (int i = 0; i < 12; ++i) {
      world.Write();
      world.Step();
    }
    world.Steps(6);
    const SimServer* primary = world.Primary();
    INFO(world.Story());
    REQUIRE(primary != nullptr);
    const Writes all = primary->writes;
    world.KillAll();
    // One more volume is lost, or the sentinels' memory; never the last copy of what is new.
    if (world.Below(2) == 0) {
      world.Lose(world.servers.at(primary->name), world.Below(2) == 0);
    } else if (world.Below(2) == 0) {
      for (auto& [name, sentinel] : world.sentinels) world.Lose(sentinel);
    }
    CAPTURE(seed);
    if (world.Below(2) == 0) away.up = true;  // the first to come back
    ComeUp(world, world.Below(3));
    RequireKept(world, all);
  }
}

TEST_CASE("one member after the other dies, restarts or loses its volume: nothing is lost") {
  for (unsigned seed = 0; seed < 16; ++seed) {
    SentinelSimulation world = Lived(3, seed);
    CAPTURE(seed);
    for (int life = 0; life < 8; ++life) {
      world.story.clear();
      const Writes all = world.Primary()->writes;
      SimServer& server = world.Server(world.Below(3));
      if (world.Below(2) == 0) {
        world.Kill(server);
      } else {
        world.Lose(server, world.Below(2) == 0);
      }
      auto& sentinel = world.Sentinel(world.Below(3));
      if (world.Below(3) == 0) world.Kill(sentinel);
      if (world.Below(3) == 0) world.Lose(sentinel);
      server.up = world.Below(2) == 0;
      for (int i = world.Below(12); i > 0; --i) {
        world.Step();
        if (world.Below(3) == 0) world.Write();
      }
      RequireKept(world, all);
      world.Write();
      RequireSound(world, world.Settle());
    }
  }
}

TEST_CASE("all sentinels lose their memory while the primary is down: the replicas tell whom") {
  for (unsigned seed = 0; seed < 16; ++seed) {
    SentinelSimulation world = Lived(3, seed);
    CAPTURE(seed);
    const Writes all = world.Primary()->writes;
    SimServer& primary = world.servers.at(world.Primary()->name);
    world.Kill(primary);
    for (auto& [name, sentinel] : world.sentinels) world.Lose(sentinel);
    for (auto& [name, sentinel] : world.sentinels) sentinel.up = true;
    world.Steps(40);  // the primary stays away
    INFO(world.Story());
    REQUIRE(world.Primary() != nullptr);
    CHECK(world.Primary()->name != primary.name);
    if (world.Below(2) == 0) world.Lose(primary);
    RequireKept(world, all);
  }
}

/// `to` is promoted with all writes, takes one more, and another replica that one, too; no sentinel
/// hears of it, and no position tells it yet.
void LeadUnheard(SentinelSimulation& world, SimServer& from, SimServer& to) {
  const auto epoch = world.sentinels.begin()->second.word.epochs.config + 1;
  from.volume.handover = HandoverNote{.to = to.name, .epoch = epoch};
  to.writes = from.writes;
  to.writes.push_back(1'000'000);
  for (auto& [name, server] : world.servers) {
    if (name != from.name && world.Below(2) == 0) server.writes = to.writes;
  }
}

TEST_CASE("the lead changes and everybody ends before a sentinel hears of it: nothing is lost") {
  for (unsigned seed = 0; seed < 24; ++seed) {
    SentinelSimulation world = Lived(2 + static_cast<int>(seed % 3), seed);
    SimServer& to = world.Server(world.Below(static_cast<int>(world.servers.size())));
    SimServer& from = world.servers.at(world.Primary()->name);
    if (&to == &from) continue;
    CAPTURE(seed);
    LeadUnheard(world, from, to);
    world.waited = {};
    const Writes all = to.writes;
    world.KillAll();
    if (world.Below(3) == 0) world.Lose(world.Sentinel(world.Below(3)));
    from.up = to.up = true;
    ComeUp(world, 0);
    RequireKept(world, all);
  }
}

TEST_CASE("everybody ends when the primary's noted position has not yet the epoch of its lead") {
  for (unsigned seed = 0; seed < 16; ++seed) {
    SentinelSimulation world = Lived(3, seed);
    CAPTURE(seed);
    const MemberName primary = world.Primary()->name;
    for (auto& [name, sentinel] : world.sentinels) {
      sentinel.word.epochs.current = sentinel.word.epochs.config += 2;
      sentinel.volume.sentinel->epochs = sentinel.word.epochs;
    }
    for (auto& [name, server] : world.servers) {
      if (name != primary) ++server.volume.position->epoch;  // it led between the two epochs
    }
    SimServer& leader = world.servers.at(primary);
    leader.writes.push_back(1'000'000);
    const Writes all = leader.writes;
    world.KillAll();
    RequireKept(world, all);
  }
}

TEST_CASE("a sentinel that was away returns with its old memory: it is not believed") {
  for (unsigned seed = 0; seed < 16; ++seed) {
    SentinelSimulation world = Lived(3, seed);
    CAPTURE(seed);
    world.Kill(world.Sentinel(0));
    const auto old = world.Primary()->name;
    world.Kill(world.servers.at(old));
    world.Steps(40);
    INFO(world.Story());
    REQUIRE(world.Primary() != nullptr);
    const auto next = world.Primary()->name;
    REQUIRE(next != old);
    for (int i = 0; i < 4; ++i) {
      world.Write();
      world.Step();
    }
    const Writes all = world.Primary()->writes;
    if (world.Below(2) == 0) {
      world.Kill(world.Sentinel(1));
      world.Lose(world.Sentinel(1));
    }
    world.Sentinel(0).up = true;
    world.servers.at(old).up = true;
    RequireKept(world, all);
  }
}

TEST_CASE("whatever happens, everybody gets there again and no rule is broken") {
  for (unsigned seed = 0; seed < 25; ++seed) {
    SentinelSimulation world = Lived(3 + static_cast<int>(seed % 3), seed);
    CAPTURE(seed);
    for (int round = 0; round < 40; ++round) {
      world.dropped = world.Below(4);
      for (auto& [name, server] : world.servers) {
        if (world.Below(25) == 0) world.Kill(server);
        if (world.Below(60) == 0) world.Lose(server, world.Below(2) == 0);
        server.up = server.up || world.Below(4) == 0;
      }
      for (auto& [name, sentinel] : world.sentinels) {
        if (world.Below(25) == 0) world.Kill(sentinel);
        if (world.Below(60) == 0) world.Lose(sentinel);
        sentinel.up = sentinel.up || world.Below(4) == 0;
      }
      if (world.Below(2) == 0) world.Write();
      world.Step();
    }
    world.recover_from = ServerName(0);
    RequireSound(world, world.Settle(120));
  }
}

}  // namespace
}  // namespace bowline
