// The decisions of sentinel mode, rule by rule.

#include "testing/plan/sentinel_start.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "plan/sentinel/cold_start.h"
#include "plan/sentinel/may_be_promoted.h"
#include "plan/sentinel/quorum_view.h"
#include "plan/sentinel/running_sentinels.h"
#include "testing/plan/sentinel_rules.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::SentinelName;
using testing::ServerName;
using testing::StartingSet;
using testing::TestIdentity;

/// `epoch`: of a sentinel that may start.
void Check(const StartPlan& plan, StartAction action, const std::string& reason,
           std::optional<int> target = std::nullopt, std::uint64_t epoch = 0) {
  INFO(StartActionName(plan.action) << ": " << plan.reason);
  CHECK(plan.action == action);
  CHECK_THAT(plan.reason, ContainsSubstring(reason));
  CHECK(plan.target.has_value() == target.has_value());
  if (target) CHECK(plan.target == ServerName(*target));
  CHECK(plan.epochs.config == epoch);
  CHECK(plan.epochs.current >= epoch);
}

TEST_CASE("the view of the sentinels") {
  StartingSet set;
  const auto view = [&] { return ViewOfSentinels(set.layout, set.reports); };
  CHECK(view().decided);
  CHECK(view().running == 3);
  CHECK(view().primary == ServerName(0));
  CHECK(view().epochs.config == 3);
  SECTION("the highest epoch wins, also over two") {
    set.Name(2, 1, 4);
    CHECK(view().primary == ServerName(1));
    CHECK(view().decided);
  }
  SECTION("in one epoch the more often named one") {
    set.Name(1, 2, 3).Name(2, 2, 3);
    CHECK(view().primary == ServerName(2));
  }
  SECTION("one silent: still a majority; two: neither decided nor forgotten") {
    set.Silence(SentinelName(0));
    CHECK(view().decided);
    CHECK(view().silent == 1);
    set.Silence(SentinelName(1));
    CHECK_FALSE(view().decided);
    CHECK_FALSE(view().forgotten);
  }
  SECTION("two without a memory: forgotten, whatever the third says") {
    set.Forget(0).Forget(1);
    CHECK_FALSE(view().decided);
    CHECK(view().forgotten);
    set.Silence(SentinelName(2));
    CHECK(view().forgotten);
  }
  SECTION("a saved address of nobody is no memory, but its epoch counts") {
    for (int i = 0; i < 3; ++i) {
      set.Sentinel(i).sentinel->answers = false;
      set.Sentinel(i).sentinel->primary.reset();
    }
    CHECK(view().opinions == 0);
    CHECK(view().forgotten);
    CHECK(view().epochs.config == 3);
  }
  SECTION("a running sentinel that names nobody's address is believed: nothing is decided") {
    for (int i = 0; i < 3; ++i) set.Sentinel(i).sentinel->primary.reset();
    CHECK_FALSE(view().decided);
    CHECK_FALSE(view().forgotten);
  }
  SECTION("who is named by processes, and by how many") {
    CHECK(NamedByMajority(set.layout, set.reports, ServerName(0)));
    set.Sentinel(0).sentinel->answers = false;
    CHECK(NamedByMajority(set.layout, set.reports, ServerName(0)));
    set.Name(1, 1, 4);
    CHECK_FALSE(NamedByMajority(set.layout, set.reports, ServerName(0)));
    CHECK_FALSE(NamedByMajority(set.layout, set.reports, ServerName(1)));
  }
}

TEST_CASE("a replica restarts") {
  StartingSet set;
  Check(set.Guard(1).Plan(1), StartAction::kFollow, "a majority of the sentinels says so", 0);
  CHECK_FALSE(set.Plan(1).passive);
  CHECK_FALSE(set.Plan(1).keep_copy);
  SECTION("without its data: nobody may promote it") {
    Check(set.Guard(1, VolumeKind::kFresh).Plan(1), StartAction::kFollow, "", 0);
    CHECK(set.Plan(1).passive);
    CHECK(set.Guard(1, VolumeKind::kEmptied).Plan(1).passive);
  }
  SECTION("with writes that the primary has not: a copy is kept") {
    set.Server(1).position->offset = 101;
    Check(set.Plan(1), StartAction::kFollow, "a copy is kept", 0);
    CHECK(set.Plan(1).keep_copy);
    CHECK(set.Plan(1).warning);
  }
  SECTION("its primary is about to start: held back, though that one's position is older") {
    set.Guard(0).Server(0).position->offset = 99;
    CHECK(set.Plan(1).passive);
    set.Server(1).epoch = set.Server(1).position->epoch = 4;
    CHECK_FALSE(set.Plan(1).passive);
  }
  SECTION("older than another one: nobody may promote it") {
    set.Server(1).position->offset = 99;
    CHECK(set.Plan(1).passive);
  }
  SECTION("of an earlier epoch, while the primary cannot be compared") {
    set.Lead(2, 4).Silence(ServerName(2));
    CHECK(set.Plan(1).keep_copy);
    CHECK_THAT(set.Plan(1).reason, ContainsSubstring("earlier or unknown epoch"));
    set.Server(1).position->epoch = 0;
    CHECK(set.Plan(1).keep_copy);
  }
  SECTION("two sentinels are silent: the running primary is enough, as it has all that is here") {
    set.Silence(SentinelName(0)).Silence(SentinelName(1));
    Check(set.Plan(1), StartAction::kFollow, "has all that is here", 0);
    set.Name(2, 2, 3);  // but not when the one that is heard names another one
    Check(set.Plan(1), StartAction::kWait, "a majority of the 3 sentinels must be heard");
    set.Name(2, 0, 3);
    set.Server(1).position->offset = 101;  // or when there is more here
    Check(set.Plan(1), StartAction::kWait, "a majority of the 3 sentinels must be heard");
    set.Server(1).position->offset = 100;
    set.Server(2).engine.info.primary = true;  // or when two lead
    Check(set.Plan(1), StartAction::kWait, "a majority of the 3 sentinels must be heard");
  }
}

TEST_CASE("silence never leads (R2)") {
  for (const VolumeKind kind : {VolumeKind::kData, VolumeKind::kFresh, VolumeKind::kEmptied}) {
    StartingSet set;
    set.Guard(0, kind);
    StartInput input = set.Ask(ServerName(0));
    input.peers.clear();
    Check(PlanStart(input), StartAction::kWait, "a majority of the 3 sentinels must be heard");
  }
}

TEST_CASE("the primary restarts with its data") {
  StartingSet set;
  set.Guard(0);
  Check(set.Plan(0), StartAction::kHandOver, "in sync and takes over at once", 1);
  SECTION("no sentinel runs yet that could fail over") {
    for (int i = 0; i < 3; ++i) set.Sentinel(i).sentinel->answers = false;
    Check(set.Plan(0), StartAction::kWait, "no sentinel runs that could do it");
  }
  SECTION("its replicas are not in sync, and older") {
    for (int i = 1; i < 3; ++i) set.Guard(i).Server(i).position->offset = 50;
    Check(set.Plan(0), StartAction::kResume, "nobody holds a newer dataset");
  }
  SECTION("a replica has a later epoch but is no better than the best one by offset") {
    for (int i = 1; i < 3; ++i) {
      set.Server(i).engine.info.link_down_seconds = -1;
      set.Server(i).engine.info.link_up = false;
    }
    set.Server(2).epoch = 4;
    Check(set.Plan(0), StartAction::kHandOver, "holds a newer dataset", 2);
    set.Guard(2).Server(2).epoch = 4;
    Check(set.Plan(0), StartAction::kWait, "server-2 holds a newer dataset; waiting");
  }
  SECTION("another one runs as primary, and only the sentinel that ended knew") {
    Report& promoted = set.Server(2);
    promoted.engine.info.primary = true;
    promoted.engine.info.replication_id = "next";
    promoted.engine.info.previous_id = "history";
    promoted.engine.info.previous_offset = 101;
    Check(set.Plan(0), StartAction::kHandOver, "runs as the primary already", 2);
    promoted.epoch = 2;  // it has been away since, and is about to be demoted
    Check(set.Plan(0), StartAction::kHandOver, "in sync and takes over", 1);
  }
}

TEST_CASE("the primary restarts without its data (R3)") {
  StartingSet set;
  set.Guard(0, VolumeKind::kFresh);
  Check(set.Plan(0), StartAction::kHandOver, "its dataset is gone", 1);
  set.Guard(1).Guard(2);
  Check(set.Plan(0), StartAction::kWait, "server-1, server-2 holds the shard's data");
  set.Guard(1, VolumeKind::kEmptied).Guard(2, VolumeKind::kFresh);
  Check(set.Plan(0), StartAction::kLead, "no member of the shard holds data any more", 0);
  CHECK(set.Plan(0).warning);
  set.Silence(ServerName(2));
  Check(set.Plan(0), StartAction::kWait, "waiting to hear whether it is held by: server-2");
}

TEST_CASE("which replica may be promoted before its first link") {
  StartingSet set;
  set.Guard(0).Guard(1).Guard(2);
  const auto may = [&](int server) {
    Reports peers = set.reports;
    const Report own = peers.at(ServerName(server));
    peers.erase(ServerName(server));
    return MayBePromoted(set.layout, peers, own, std::nullopt, kPrimaryPatience);
  };
  CHECK(may(1));
  set.Server(2).position->offset = 101;
  CHECK_FALSE(may(1));
  CHECK(may(2));
  set.Server(1).epoch = 4;
  CHECK(may(1));
  CHECK_FALSE(may(2));
  set.Silence(ServerName(0));
  CHECK(may(1));
  set.Guard(2, VolumeKind::kFresh);  // a lost volume and a silent server: nobody knows
  CHECK_FALSE(may(1));
  CHECK_FALSE(may(2));
  set.Silence(ServerName(2));
  CHECK_FALSE(may(1));
}

TEST_CASE("nobody remembers: the running ones tell") {
  StartingSet set;
  set.ForgetAll().Guard(1);
  Check(set.Plan(1), StartAction::kFollow, "it runs as the primary", 0);
  SECTION("two run as primary") {
    set.Server(2).engine.info.primary = true;
    Check(set.Plan(1), StartAction::kWait, "server-0 and server-2 both run as primary");
  }
  SECTION("an empty primary") {
    set.Server(0).volume = VolumeKind::kFresh;
    set.Server(0).held = false;
    set.Server(0).engine.keys = 0;
    Check(set.Plan(1), StartAction::kWait, "runs as an empty primary while others hold data");
  }
  SECTION("the primary is silent, a replica follows it") {
    set.Silence(ServerName(0));
    Check(set.Plan(1), StartAction::kFollow, "the running replicas follow it", 0);
  }
  SECTION("a chain of replicas") {
    set.Silence(ServerName(0));
    Report& middle = set.Server(1);
    middle.engine.answers = true;
    middle.engine.info.primary_host = set.addresses.at(ServerName(0)).ip;
    set.Server(2).engine.info.primary_host = set.addresses.at(ServerName(1)).ip;
    CHECK(ChooseAtColdStart(set.layout, set.addresses, set.reports, {}).primary == ServerName(0));
    middle.engine.info.primary_host = set.addresses.at(ServerName(2)).ip;  // a ring
    CHECK_FALSE(ChooseAtColdStart(set.layout, set.addresses, set.reports, {}).primary);
  }
}

TEST_CASE("nobody remembers and nobody runs: the newest dataset, when all were heard") {
  StartingSet set;
  set.ForgetAll().Guard(0).Guard(1).Guard(2);
  set.Server(2).position->offset = 120;
  Check(set.Plan(2), StartAction::kResume, "nobody holds a newer dataset");
  Check(set.Plan(0), StartAction::kFollow, "its dataset is the newest", 2);
  Check(set.Watch(0), StartAction::kResume, "its dataset is the newest", 2, 4);
  Check(set.Watch(2), StartAction::kResume, "its dataset is the newest", 2, 6);
  SECTION("a later epoch wins over a higher offset") {
    set.Server(1).epoch = set.Server(1).position->epoch = 4;
    Check(set.Plan(1), StartAction::kResume, "nobody holds a newer dataset");
    Check(set.Plan(2), StartAction::kFollow, "its dataset is the newest", 1);
  }
  SECTION("one is silent") {
    set.Silence(ServerName(1));
    Check(set.Plan(2), StartAction::kWait, "all servers must be heard; silent: server-1");
    Check(set.Watch(0), StartAction::kWait, "all servers must be heard; silent: server-1");
  }
  SECTION("one is refused") {
    set.Guard(1, VolumeKind::kRefused);
    Check(set.Plan(2), StartAction::kWait, "server-1 has a volume that it refuses");
  }
  SECTION("two have gone on from one history in one epoch") {
    set.Server(0).position = {.replication_id = "x",
                              .offset = 130,
                              .previous_id = "history",
                              .previous_offset = 110,
                              .epoch = 3};
    Check(set.Plan(0), StartAction::kWait, "set sentinel.recoverFrom");
    StartInput input = set.Ask(ServerName(1));
    input.recover_from = ServerName(2);
    Check(PlanStart(input), StartAction::kFollow, "sentinel.recoverFrom says whose is kept", 2);
    SECTION("a third one of a later epoch makes that no question") {
      set.Server(1).epoch = set.Server(1).position->epoch = 4;
      Check(set.Plan(0), StartAction::kFollow, "its dataset is the newest", 1);
      CHECK(set.Plan(0).keep_copy);
    }
    SECTION("one that holds nothing cannot be recovered from") {
      set.Guard(2, VolumeKind::kFresh);
      set.Server(1).position->offset = 120;
      Check(PlanStart(set.Ask(ServerName(2))), StartAction::kWait, "set sentinel.recoverFrom");
      input = set.Ask(ServerName(1));
      input.recover_from = ServerName(2);
      Check(PlanStart(input), StartAction::kWait, "set sentinel.recoverFrom");
    }
  }
  SECTION("recoverFrom that was left behind says nothing where nothing has diverged") {
    StartInput input = set.Ask(ServerName(0));
    input.recover_from = ServerName(1);
    Check(PlanStart(input), StartAction::kFollow, "its dataset is the newest", 2);
  }
}

TEST_CASE("all are fresh: the first server leads, in epoch 1") {
  StartingSet set;
  set.ForgetAll();
  for (int i = 0; i < 3; ++i) set.Guard(i, VolumeKind::kFresh);
  Check(set.Plan(0), StartAction::kLead, "the shard has never held data", 0);
  Check(set.Plan(1), StartAction::kFollow, "none holds data", 0);
  CHECK(set.Plan(1).passive);
  for (int i = 0; i < 3; ++i) Check(set.Watch(i), StartAction::kResume, "none holds data", 0, 1);
}

TEST_CASE("a sentinel starts") {
  StartingSet set;
  Check(set.Watch(0), StartAction::kResume, "a majority of the sentinels says so", 0, 3);
  SECTION("with an old memory: the later epoch of the others wins") {
    set.Lead(1, 5).Name(0, 0, 3);
    Check(set.Watch(0), StartAction::kResume, "a majority", 1, 5);
    set.Silence(SentinelName(2));
    Check(set.Watch(0), StartAction::kResume, "a majority", 1, 5);
  }
  SECTION("alone, with a memory: it waits for nobody") {
    StartInput input = set.Ask(SentinelName(0));
    input.peers.clear();
    Check(PlanStart(input), StartAction::kResume, "own memory", 0, 3);
  }
  SECTION("alone, without one") {
    set.Forget(0);
    StartInput input = set.Ask(SentinelName(0));
    input.peers.clear();
    Check(PlanStart(input), StartAction::kWait, "no memory of its own; 0 others know");
  }
  SECTION("without a memory: it takes the majority's") {
    Check(set.Forget(0).Watch(0), StartAction::kResume, "a majority", 0, 3);
  }
  SECTION("without a memory, one other is silent: a primary that runs alone is enough") {
    set.Forget(0).Silence(SentinelName(1));
    Check(set.Watch(0), StartAction::kResume, "it alone runs as primary", 0, 3);
    set.Name(2, 1, 4);
    Check(set.Watch(0), StartAction::kWait, "1 others know who leads, 1 are silent");
    set.Name(2, 0, 3).Silence(ServerName(2));
    Check(set.Watch(0), StartAction::kWait, "1 others know who leads, 1 are silent");
  }
  SECTION("one sentinel names a server in an earlier epoch than that of the newest dataset") {
    set.Forget(0).Forget(1).Name(2, 0, 3).Guard(0).Guard(1).Guard(2);
    set.Server(1).epoch = 4;
    Check(set.Watch(0), StartAction::kResume, "its dataset is the newest", 1, 5);
    Check(set.Watch(1), StartAction::kResume, "its dataset is the newest", 1, 6);
  }
  SECTION("one remembers another server, and no epoch was ever counted") {
    set.Forget(0).Forget(1).Name(2, 0, 0).Guard(0, VolumeKind::kEmptied).Guard(1).Guard(2);
    for (int i = 1; i < 3; ++i) set.Server(i).epoch = 0;
    Check(set.Watch(0), StartAction::kResume, "its dataset is the newest", 1, 2);
  }
  SECTION("volumes of two installations meet") {
    set.Server(1).installation = std::string(32, 'f');
    Check(set.Watch(0), StartAction::kRefuse, "volumes of two installations are mixed");
  }
  SECTION("it learns the installation first") {
    StartInput input = set.Ask(SentinelName(0));
    input.volume.state.identity.installation.clear();
    const StartPlan plan = PlanStart(input);
    Check(plan, StartAction::kAdopt, "knows the installation");
    CHECK(plan.installation == TestIdentity().installation);
  }
}

TEST_CASE("scaled down: the saved primary is no member any more") {
  StartingSet set;
  for (int i = 0; i < 3; ++i) {
    set.Sentinel(i).sentinel->answers = false;
    set.Sentinel(i).sentinel->primary.reset();
    set.Guard(i);
  }
  set.Server(1).position->offset = 110;
  Check(set.Watch(0), StartAction::kResume, "its dataset is the newest", 1, 4);
  Check(set.Plan(2), StartAction::kFollow, "its dataset is the newest", 1);
}

}  // namespace
}  // namespace bowline
