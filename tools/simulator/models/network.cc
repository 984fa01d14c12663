#include "simulator/models/network.h"

#include <algorithm>

namespace bowline::simulator {
namespace {

// One of so many messages is late, by up to so much.
constexpr int kOneIsLate = 400;
constexpr Micros kLate = 60 * kMillisecond;
// After a cut TCP sends again at once or after its last, doubled time-out.
constexpr Micros kSentAgain = 400 * kMillisecond;

}  // namespace

Micros Network::Travel(Machine from, Machine to) {
  if (from == to) return scheduler_.Between(20, 60);
  const Micros usual = scheduler_.Between(80, 500);
  return scheduler_.Below(kOneIsLate) == 0 ? usual + scheduler_.Between(0, kLate) : usual;
}

void Network::Deliver(Held message, Micros extra) {
  Micros when = scheduler_.Now() + extra + Travel(message.from, message.to);
  if (message.stream) {
    Micros& last = message.stream->last[message.to];
    when = std::max(when, last + 1);
    last = when;
  }
  scheduler_.At(when, [stream = std::move(message.stream), arrive = std::move(message.arrive)] {
    if (!stream || !stream->broken) arrive();
  });
}

void Network::Send(Machine from, Machine to, std::function<void()> arrive, Micros give_up) {
  Held message{.from = from,
               .to = to,
               .since = scheduler_.Now(),
               .give_up = give_up,
               .stream = nullptr,
               .arrive = std::move(arrive)};
  if (IsCut(from, to)) {
    held_.push_back(std::move(message));
  } else {
    Deliver(std::move(message), 0);
  }
}

void Network::SendOn(const std::shared_ptr<Stream>& stream, Machine from,
                     std::function<void()> arrive) {
  const Machine to = from == stream->one ? stream->other : stream->one;
  Held message{.from = from,
               .to = to,
               .since = scheduler_.Now(),
               .give_up = kNever,
               .stream = stream,
               .arrive = std::move(arrive)};
  if (IsCut(from, to)) {
    held_.push_back(std::move(message));
  } else {
    Deliver(std::move(message), 0);
  }
}

void Network::Mend(Machine one, Machine other) {
  cuts_.erase(std::minmax(one, other));
  std::vector<Held> still;
  for (Held& message : std::exchange(held_, {})) {
    if (IsCut(message.from, message.to)) {
      still.push_back(std::move(message));
    } else if (message.give_up == kNever || scheduler_.Now() - message.since < message.give_up) {
      Deliver(std::move(message), scheduler_.Between(0, kSentAgain));
    }
  }
  held_ = std::move(still);
}

}  // namespace bowline::simulator
