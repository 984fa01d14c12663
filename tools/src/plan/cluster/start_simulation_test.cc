// Whole clusters that start by PlanStart, in random order: they always get there, with the right
// roles and the newest data.

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/cluster_simulation.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::RunningCluster;
using testing::SimMember;
using testing::Simulation;
using testing::TestIdentity;

void RequireSound(Simulation& simulation, bool started) {
  INFO(simulation.Story());
  REQUIRE(started);
  CHECK(simulation.violations.empty());
  CHECK(simulation.Settled());
}

void CheckSeedLayout(const Simulation& simulation) {
  for (int shard = 0; shard < simulation.layout.shards; ++shard) {
    CHECK(simulation.LeaderOf(shard) == MemberName{.shard = shard, .ordinal = 0});
  }
}

TEST_CASE("a first start always gets there, with the first layout's roles") {
  for (const Layout layout : {Layout{3, 0}, Layout{3, 1}, Layout{3, 2}, Layout{5, 1}}) {
    for (const bool with_record : {false, true}) {
      for (unsigned seed = 0; seed < 12; ++seed) {
        CAPTURE(layout.shards, layout.replicas_per_shard, with_record, seed);
        Simulation simulation(layout, seed);
        simulation.with_record = with_record;
        for (auto& [name, member] : simulation.members) member.up_at = simulation.Below(12);
        RequireSound(simulation, simulation.Run());
        CheckSeedLayout(simulation);
      }
    }
  }
}

TEST_CASE("all volumes are fresh, and the record tells of an earlier installation") {
  for (unsigned seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    Simulation simulation({.shards = 3, .replicas_per_shard = 1}, seed);
    simulation.with_record = true;
    simulation.record = TestIdentity().installation;
    RequireSound(simulation, simulation.Run());
    CheckSeedLayout(simulation);
  }
}

TEST_CASE("a first start gets there when containers restart in the middle of it") {
  for (unsigned seed = 0; seed < 120; ++seed) {
    CAPTURE(seed);
    Simulation simulation({.shards = 3, .replicas_per_shard = 1}, seed);
    for (int crash = 0; crash < 6; ++crash) {
      (void)simulation.Run(simulation.round + 1);
      for (auto& [name, member] : simulation.members) {
        if (simulation.Below(4) == 0) simulation.Restart(member);
      }
    }
    RequireSound(simulation, simulation.Run(simulation.round + 60));
    CheckSeedLayout(simulation);
  }
}

/// A cluster with a past: some shards are led by a replica of the first layout; every member has
/// its file and data.
Simulation Lived(const Layout& layout, unsigned seed) {
  Simulation simulation(layout, seed);
  RunningCluster cluster(layout);
  for (int shard = 0; shard < layout.shards; ++shard) {
    const int leader = simulation.Below(layout.replicas_per_shard + 1);
    if (leader != 0) cluster.Lead({.shard = shard, .ordinal = leader});
  }
  for (auto& [name, member] : simulation.members) {
    member.volume = cluster.Volume(name, VolumeKind::kData);
    Simulation::SetData(member, 100);
  }
  simulation.with_record = simulation.Below(2) == 0;
  simulation.record = TestIdentity().installation;
  return simulation;
}

/// The member lost its volume, or what is on it, between two lives.
void Lose(SimMember& member, VolumeKind kind) {
  if (kind == VolumeKind::kData) return;
  const auto conf = member.volume.conf;
  const bool emptied = kind == VolumeKind::kEmptied;
  member.volume = RunningCluster::Unknown(member.name);
  if (emptied) {
    member.volume.kind = kind;
    member.volume.state.identity = TestIdentity();
    member.volume.state.held = true;
    member.volume.conf = conf;
  }
  Simulation::SetData(member, 0);
}

constexpr std::array kLosses{VolumeKind::kData, VolumeKind::kEmptied, VolumeKind::kFresh};

TEST_CASE("a power cut: everybody comes back with everything") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Simulation simulation = Lived({.shards = 3, .replicas_per_shard = 1 + int(seed % 2)}, seed);
    RequireSound(simulation, simulation.Run());
    for (int shard = 0; shard < 3; ++shard) CHECK(simulation.Newest(shard) == 100);
  }
}

TEST_CASE("one shard's volumes, lost or kept in every combination: its newest data survives") {
  for (unsigned seed = 0; seed < 27 * 4; ++seed) {
    Simulation simulation = Lived({.shards = 3, .replicas_per_shard = 2}, seed);
    std::string kinds;
    for (int ordinal = 0, rest = static_cast<int>(seed); ordinal < 3; ++ordinal, rest /= 3) {
      const VolumeKind kind = kLosses.at(static_cast<std::size_t>(rest % 3));
      kinds += std::string(VolumeKindName(kind)) + " ";
      Lose(simulation.Of({.shard = 0, .ordinal = ordinal}), kind);
    }
    const int newest = simulation.Newest(0);
    CAPTURE(seed, kinds);
    RequireSound(simulation, simulation.Run());
    const MemberName leader = simulation.LeaderOf(0);
    CHECK(simulation.Of(leader).data == newest);
  }
}

TEST_CASE("any volumes of any shards, lost or kept: every shard's newest data survives") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    Simulation simulation = Lived({.shards = 3, .replicas_per_shard = 1}, seed);
    std::map<int, int> newest;
    for (auto& [name, member] : simulation.members) {
      Lose(member, kLosses.at(static_cast<std::size_t>(simulation.Below(3))));
      member.up_at = simulation.Below(8);
      newest[name.shard] = std::max(newest[name.shard], member.data);
    }
    CAPTURE(seed);
    RequireSound(simulation, simulation.Run());
    for (const auto& [shard, version] : newest) {
      CHECK(simulation.Of(simulation.LeaderOf(shard)).data == version);
    }
  }
}

TEST_CASE("the deposed primary was away for long: its old dataset never wins") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Layout layout{.shards = 3, .replicas_per_shard = 1};
    Simulation simulation(layout, seed);
    RunningCluster cluster(layout);
    for (auto& [name, member] : simulation.members) {
      member.volume = cluster.Volume(name, VolumeKind::kData);
      Simulation::SetData(member, 80);
    }
    cluster.Lead(k01);
    for (auto& [name, member] : simulation.members) {
      if (name == k00) continue;
      member.volume = cluster.Volume(name, VolumeKind::kData);
      Simulation::SetData(member, 100);
    }
    RequireSound(simulation, simulation.Run());
    CHECK(simulation.LeaderOf(0) == k01);
    CHECK(simulation.Of(k00).data == 100);
  }
}

TEST_CASE("one member restarts while the others run: nobody waits for ever, nothing is lost") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Simulation simulation = Lived({.shards = 3, .replicas_per_shard = 1}, seed);
    CAPTURE(seed);
    RequireSound(simulation, simulation.Run());
    for (int life = 0; life < 8; ++life) {
      const MemberName name{.shard = simulation.Below(3), .ordinal = simulation.Below(2)};
      SimMember& member = simulation.Of(name);
      simulation.Restart(member);
      Lose(member, kLosses.at(static_cast<std::size_t>(simulation.Below(3))));
      RequireSound(simulation, simulation.Run(simulation.round + 30));
      CHECK(simulation.Of(simulation.LeaderOf(name.shard)).data == 100);
      CHECK(simulation.Of(name).data == 100);
    }
  }
}

}  // namespace
}  // namespace bowline
