// What the guard does to the volume of a member that may start. How it decides is of
// plan/*start*_test.cc.

#include "apply/guard.h"

#include <catch2/catch_test_macros.hpp>

#include "apply/engine_probe.h"
#include "apply/volume_io.h"
#include "plan/testing.h"
#include "sys/testing.h"

namespace bowline {
namespace {

using testing::FreePort;
using testing::SentinelName;
using testing::ServerName;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;
using testing::TestIdentity;

constexpr MemberName kSelf = ServerName(0);
constexpr MemberName kSentinel = SentinelName(0);

/// The card of a sentinel that names `primary`.
Card CardOfSentinel(MemberName primary, std::uint64_t epoch) {
  Card card = testing::RunningCard(kSentinel);
  card.volume = VolumeKind::kSeeded;
  card.sentinel = {.answers = true,
                   .primary_ip = "127.0.0.1",
                   .primary_port = 6379,
                   .primary = primary,
                   .epochs = {.current = epoch, .config = epoch}};
  return card;
}

PeerChannel ChannelOfSentinel() {
  return {.key = "",
          .self = {.identity = TestIdentity(),
                   .member = kSentinel.ToString(),
                   .pod = TestIdentity().release + "-" + kSentinel.ToString()},
          .rejected = {}};
}

/// server-0's volume: with data, and a note that it once gave the lead away.
void Fill(const TempFolder& volume, const HandoverNote& note) {
  REQUIRE(SaveState(volume.path(),
                    {.identity = TestIdentity(), .member = kSelf.ToString(), .held = true}));
  SaveMark(volume.path(),
           {.replication_id = "history", .offset = 100, .previous_id = "", .term = 3});
  REQUIRE(SaveHandoverNote(volume.path(), note));
  REQUIRE(SaveAddresses(volume.path(),
                        {{kSelf, {.ip = "127.0.0.1"}}, {kSentinel, {.ip = "127.0.0.1"}}}));
  Spill(volume / "dump.rdb", std::string(200, 'x'));
}

TEST_CASE("who leads again has given nothing away: the note is gone, also for the others") {
  const TempFolder volume;
  Fill(volume, {.to = ServerName(1), .term = 2});
  Settings settings;
  settings.layout = Layout::Sentinel(1, 1);
  settings.name_space = TestIdentity().name_space;
  settings.release = settings.fullname = TestIdentity().release;
  settings.cluster_domain = "invalid";  // the saved addresses are taken
  settings.ports.peers = FreePort();
  HttpServer sentinel(PeerLimits());
  sentinel.On("POST", kReportPath,
              AnswerReports({.channel = [] { return ChannelOfSentinel(); },
                             .card = [](Milliseconds) { return CardOfSentinel(kSelf, 3); }}));
  REQUIRE(sentinel.Start(settings.ports.peers));

  EngineProbe probe("127.0.0.1", FreePort(), {}, settings.layout.mode);
  Board board(Card{.member = kSelf}, settings.layout, probe);
  EventSink events({}, false);
  PodConditions conditions({}, false, true);
  const Paths paths{.data = volume.path()};
  Peers peers(settings, {}, kSelf, board, events);
  Guard guard(settings, paths, kSelf, {}, board, events, conditions, peers);
  const Deadline patience = Soon();
  bool had_note = false;
  const auto outcome = guard.Run([&](Milliseconds time) {
    had_note = had_note || board.Last().handover;
    return patience.Sleep(time);
  });
  REQUIRE(outcome);
  CHECK(outcome->decision == "Resume");
  CHECK(had_note);
  CHECK_FALSE(ReadVolume(volume.path())->handover);
  CHECK_FALSE(outcome->volume.handover);
  CHECK_FALSE(board.Last().handover);
}

}  // namespace
}  // namespace bowline
