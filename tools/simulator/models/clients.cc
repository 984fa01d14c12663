#include "simulator/models/clients.h"

#include "simulator/models/world.h"

namespace bowline::simulator {
namespace {

constexpr Micros kWriteEach = 25 * kMillisecond;
constexpr Micros kGivesUp = 1 * kSecond;
constexpr Micros kAfterFailure = 50 * kMillisecond;

}  // namespace

void Clients::Start(int count) {
  running_ = true;
  for (int i = 0; i < count; ++i) {
    writers_.emplace_back();
    TryElsewhere(writers_.back());
    world_.scheduler.In(world_.scheduler.Between(0, kWriteEach),
                        [this, index = writers_.size() - 1] { Write(index); });
  }
}

void Clients::TryElsewhere(Writer& writer) {
  const auto members = world_.layout.MembersOf(0);
  const auto drawn =
      static_cast<std::size_t>(world_.scheduler.Below(static_cast<int>(members.size())));
  writer.ip = world_.PodOf(world_.MachineOfMember(members[drawn])).service_ip;
}

void Clients::Write(std::size_t index) {
  if (!running_) return;
  Writer& writer = writers_[index];
  const std::uint32_t id = ++ids_;
  writer.waits_for = id;
  const Machine from = world_.ClientMachine();
  const Machine to = world_.MachineOf(from, writer.ip);
  world_.network.Send(from, to, [this, index, id, from, to] {
    if (!world_.IsUp(to)) return;
    const auto back = [this, index, id, from, to](bool ok, const std::string& moved_to) {
      world_.network.Send(to, from, [=, this] { Ended(index, id, ok, moved_to); });
    };
    const auto engine = world_.EngineOn(to);
    if (!engine) return back(false, "");
    // The client has given up: its connection is gone, and what waits with it.
    if (writers_[index].waits_for != id) return;
    engine->Write(id, [this, index, id, back](const WriteAnswer& answer) {
      back(answer.kind == WriteAnswer::Kind::kOk, answer.moved_to);
    });
  });
  world_.scheduler.In(kGivesUp, [this, index, id] { Ended(index, id, false, ""); });
}

void Clients::Taken(std::uint32_t id, Machine by) {
  acknowledged_[id] = {.when = world_.scheduler.Now(), .by = by, .heard = false};
}

void Clients::Ended(std::size_t index, std::uint32_t id, bool ok, const std::string& moved_to) {
  Writer& writer = writers_[index];
  if (writer.waits_for != id) return;
  writer.waits_for = 0;
  if (ok) {
    acknowledged_.at(id).heard = true;
    last_success_ = world_.scheduler.Now();
  } else if (!moved_to.empty()) {
    writer.ip = moved_to;
  } else {
    TryElsewhere(writer);
  }
  world_.scheduler.In(ok ? kWriteEach : kAfterFailure, [this, index] { Write(index); });
}

}  // namespace bowline::simulator
