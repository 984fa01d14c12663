#include "simulator/models/link.h"

#include <utility>

#include "simulator/models/engine.h"
#include "simulator/models/world.h"

namespace bowline::simulator {

std::shared_ptr<Link> Link::Open(World& world, Machine from, const std::string& ip) {
  auto link = std::make_shared<Link>(world, from);
  const Machine to = world.MachineOf(from, ip);
  link->stream_ = std::make_shared<Stream>(Stream{.one = from, .other = to, .broken = false});
  // Nobody at the address at all is silence; an engine that does not run is a refusal.
  world.network.SendOn(link->stream_, from, [link, to, &world] {
    if (!world.IsUp(to)) return;
    const std::shared_ptr<Engine> engine = world.EngineOn(to);
    if (engine) engine->Opened(link->stream_, [link] { link->Lost(); });
    world.network.SendOn(link->stream_, to,
                         [link, engine] { engine ? link->Made(engine) : link->Lost(); });
  });
  return link;
}

void Link::Made(const std::shared_ptr<Engine>& engine) {
  engine_ = engine;
  engine_told_ = true;
  if (asked_) Send();
  Told();
}

void Link::Ask(const std::vector<std::string>& words) {
  words_ = words;
  asked_ = true;
  reply_.reset();
  if (engine_told_ && !closed_) Send();
}

void Link::Send() {
  world_.network.SendOn(stream_, from_, [link = shared_from_this(), words = words_] {
    const auto engine = link->engine_.lock();
    if (!engine || !engine->runs()) return;
    Reply reply = engine->Command(words);
    engine->world().network.SendOn(link->stream_, engine->machine(),
                                   [link, reply = std::move(reply)] {
                                     link->reply_ = reply;
                                     link->Told();
                                   });
  });
}

Reply Link::Take() {
  asked_ = false;
  return *std::exchange(reply_, std::nullopt);
}

void Link::Close() { stream_->broken = true; }

void Link::Told() {
  if (waiter != nullptr) Running()->Wake(*waiter);
}

void Link::Lost() {
  closed_ = true;
  Told();
}

}  // namespace bowline::simulator
