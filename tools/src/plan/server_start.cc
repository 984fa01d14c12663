// Sentinel mode: how a server may start. docs/architecture.md has the table in words.

#include <algorithm>

#include "plan/quorum_view.h"
#include "plan/roll_call.h"
#include "plan/start_parts.h"

namespace bowline {
namespace {

/// This member leads, unless somebody else should.
StartPlan PlanNamed(const StartInput& input, const ShardView& view) {
  return input.volume.kind == VolumeKind::kData ? PlanPrimaryWithData(input, view)
                                                : PlanLostPrimary(input, view);
}

/// Our own card, as far as a roll-call needs it.
Card OwnCard(const StartInput& input) {
  Card card;
  card.member = input.self;
  card.volume = input.volume.kind;
  card.held = input.volume.state.held;
  card.dataset_modified = input.volume.dataset_modified;
  card.term = input.volume.Term();
  card.mark = input.volume.mark;
  return card;
}

StartPlan PlanByRollCall(const StartInput& input, ShardView view) {
  Cards cards = input.peers;
  cards[input.self] = OwnCard(input);
  const RollCall call = CallRoll(input.layout, input.addresses, cards, input.recover_from);
  if (!call.primary) return Wait(call.reason);
  view.primary = call.primary;
  if (call.primary != input.self) return Follow(input, view, call.reason);
  return PlanNamed(input, view);
}

}  // namespace

StartPlan PlanServerStart(const StartInput& input) {
  const QuorumView quorum = ViewOfSentinels(input.layout, input.peers);
  ShardView view;
  view.quorum = quorum.running > 0;  // one sentinel is enough for a failover that is asked for
  view.primary = quorum.primary;
  if (!quorum.decided) {
    if (!quorum.forgotten) {
      return Wait(
          std::format("a majority of the {} sentinels must be heard; {} of them know who "
                      "leads, {} are silent",
                      input.layout.sentinels, quorum.opinions, quorum.silent));
    }
    return PlanByRollCall(input, std::move(view));
  }
  if (view.primary != input.self) return Follow(input, view, "a majority of the sentinels says so");
  return PlanNamed(input, view);
}

}  // namespace bowline
