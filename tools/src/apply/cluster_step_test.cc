// What cluster mode has to say to a step of a planned handover, by the members' reports alone.

#include <catch2/catch_test_macros.hpp>

#include "apply/driver.h"
#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::k00;
using testing::k01;
using testing::k10;
using testing::RunningCluster;
using testing::Soon;
using testing::TestIdentity;

HandoverStep Checked(const RunningCluster& cluster) {
  const AddressBook addresses;
  const ModeDriver& driver = DriverOf(cluster.layout);
  Settings settings;
  settings.layout = cluster.layout;
  const HandoverContext ctx{.settings = settings,
                            .driver = driver,
                            .addresses = addresses,
                            .secrets = {},
                            .identity = TestIdentity(),
                            .self = k00,
                            .self_ip = "127.0.0.1"};
  HandoverStep step;
  step.target = k01;
  driver.CheckStep(ctx, cluster.reports, std::chrono::steady_clock::now(), Soon(), step);
  return step;
}

TEST_CASE("a replica that all hear takes over, without votes") {
  const HandoverStep step = Checked(RunningCluster());
  CHECK(step.obstacle == Obstacle::kNone);
  CHECK(step.secure);
}

TEST_CASE("a replica that another shard's primary still takes for failed is waited for") {
  RunningCluster cluster;
  NodesConf view = cluster.conf;
  view.Find(testing::IdOf(k01))->fail = true;
  cluster.Of(k10).engine.view = testing::ViewOf(view, k10);
  const HandoverStep step = Checked(cluster);
  CHECK(step.obstacle == Obstacle::kSyncing);
  CHECK(step.why ==
        "shard-1-0 still takes shard-0-1 for failed, so that another one would be elected");
  CHECK_FALSE(step.secure);
}

}  // namespace
}  // namespace bowline
