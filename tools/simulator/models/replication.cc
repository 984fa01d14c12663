#include "simulator/models/replication.h"

#include <algorithm>
#include <format>

#include "simulator/models/engine.h"
#include "simulator/models/world.h"
#include "sys/random_hex.h"

namespace bowline::simulator {
namespace {

constexpr std::int64_t kWriteBytes = 60;
constexpr std::int64_t kPingBytes = 14;
// repl-ping-replica-period, repl-timeout: the defaults.
constexpr Micros kPingEach = 10 * kSecond;
constexpr Micros kTimeout = 60 * kSecond;
constexpr std::size_t kBacklog = 10'000;
// A fork, a snapshot, its way, and loading it.
constexpr Micros kShortestCopy = 100 * kMillisecond;
constexpr Micros kLongestCopy = 1200 * kMillisecond;

}  // namespace

Replication::Replication(Engine& engine)
    : engine_(engine), id_(RandomHex(20)), pinged_(Running()->Now()) {}

void Replication::Append(Piece piece) {
  offset_ = piece.end;
  backlog_.push_back(piece);
  if (backlog_.size() > kBacklog) backlog_.pop_front();
  for (const Follower& follower : followers_) Feed(follower, piece);
}

void Replication::Feed(const Follower& follower, const Piece& piece) const {
  engine_.world().network.SendOn(follower.stream, engine_.machine(), [to = follower.engine, piece] {
    const auto engine = to.lock();
    if (engine && engine->runs()) {
      engine->replication().Receive(piece);
    }
  });
}

void Replication::Write(std::uint32_t id) { Append({.end = offset_ + kWriteBytes, .write = id}); }

bool Replication::AllFollow() const {
  return std::ranges::all_of(followers_, [&](const Follower& follower) {
    return !follower.online || follower.acknowledged >= offset_;
  });
}

void Replication::TurnPrimary() {
  if (ip_.empty()) return;
  Break();
  ip_.clear();
  previous_id_ = id_;
  previous_end_ = offset_ + 1;
  id_ = RandomHex(20);
  down_since_ = 0;
}

void Replication::Follow(const std::string& ip) {
  if (ip == ip_) return;
  Break();
  ip_ = ip;
  connect_at_ = std::max(Running()->Now(), broken_until_);
  // Its own replicas must ask again: they may be ahead of what it will have.
  for (const Follower& follower : followers_) {
    engine_.world().network.SendOn(follower.stream, engine_.machine(), [to = follower.engine] {
      const auto engine = to.lock();
      if (engine && engine->runs()) engine->replication().Reconnect();
    });
  }
  followers_.clear();
}

void Replication::Break() {
  if (state_ == State::kUp) down_since_ = Running()->Now();
  state_ = State::kNone;
  if (stream_) {
    stream_->broken = true;
    if (const auto primary = primary_.lock()) {
      engine_.world().network.Send(
          engine_.machine(), primary->machine(), [primary, stream = stream_] {
            std::erase_if(primary->replication().followers_,
                          [&](const Follower& follower) { return follower.stream == stream; });
          });
    }
  }
  stream_.reset();
  primary_.reset();
}

void Replication::Cron() {
  const Micros now = Running()->Now();
  if (ip_.empty()) {
    if (now - pinged_ >= kPingEach && !engine_.WritesPaused()) {
      pinged_ = now;
      Append({.end = offset_ + kPingBytes, .write = 0});
    }
    std::erase_if(followers_, [&](const Follower& follower) {
      return now - follower.acknowledged_at > kTimeout;
    });
    return;
  }
  if (state_ == State::kNone && now >= connect_at_) Connect();
  if (state_ == State::kConnecting && now - connecting_since_ > 5 * kSecond) Break();
  if (state_ == State::kCopying && now - connecting_since_ > kTimeout) Break();
  if (state_ == State::kUp && now - heard_ > kTimeout) Break();
  if (state_ == State::kUp && now - acknowledged_ >= kSecond) Acknowledge();
}

void Replication::Connect() {
  World& world = engine_.world();
  const Micros now = Running()->Now();
  connect_at_ = now + kSecond;
  connecting_since_ = now;
  state_ = State::kConnecting;
  const Machine from = engine_.machine();
  const Machine to = world.MachineOf(from, ip_);
  stream_ = std::make_shared<Stream>(Stream{.one = from, .other = to, .broken = false});
  const Follower self{
      .engine = engine_.weak_from_this(), .stream = stream_, .ip = engine_.pod().service_ip};
  world.network.SendOn(stream_, from, [&world, to, self, id = id_, offset = offset_] {
    if (!world.IsUp(to)) return;
    const auto primary = world.EngineOn(to);
    const auto refused = [self] {
      const auto engine = self.engine.lock();
      if (engine && engine->replication().stream_ == self.stream) engine->replication().Break();
    };
    if (!primary || primary->loading()) {
      world.network.SendOn(self.stream, to, refused);
      return;
    }
    primary->Opened(self.stream, refused);
    primary->replication().Asked(self, id, offset);
  });
}

bool Replication::HasPart(const std::string& id, std::int64_t offset) const {
  const bool same = id == id_ && offset <= offset_;
  const bool before = id == previous_id_ && offset < previous_end_;
  if (!same && !before) return false;
  const std::int64_t first = backlog_.empty() ? offset_ : backlog_.front().end;
  return offset == offset_ || offset + kWriteBytes >= first;
}

void Replication::Asked(Follower follower, const std::string& id, std::int64_t offset) {
  World& world = engine_.world();
  follower.acknowledged = 0;
  follower.acknowledged_at = Running()->Now();
  const auto replica = [to = follower.engine, stream = follower.stream](auto what) {
    return [to, stream, what] {
      const auto engine = to.lock();
      if (engine && engine->runs() && engine->replication().stream_ == stream) {
        what(engine->replication());
      }
    };
  };
  // A replica whose own link is down refuses (-NOMASTERLINK).
  if (!ip_.empty() && state_ != State::kUp) {
    world.network.SendOn(follower.stream, engine_.machine(),
                         replica([](Replication& own) { own.Break(); }));
    return;
  }
  const auto primary = engine_.weak_from_this();
  if (HasPart(id, offset)) {
    follower.online = true;
    follower.acknowledged = offset;
    followers_.push_back(follower);
    world.network.SendOn(follower.stream, engine_.machine(),
                         replica([primary, own_id = id_](Replication& own) {
                           own.primary_ = primary;
                           own.TakePart(own_id);
                         }));
    for (const Piece& piece : backlog_) {
      if (piece.end > offset) Feed(follower, piece);
    }
    return;
  }
  world.network.SendOn(follower.stream, engine_.machine(), replica([primary](Replication& own) {
                         own.primary_ = primary;
                         own.state_ = State::kCopying;
                       }));
  world.scheduler.In(
      world.scheduler.Between(kShortestCopy, kLongestCopy), [primary, follower, replica] {
        const auto engine = primary.lock();
        if (!engine || !engine->runs() || follower.stream->broken) return;
        Replication& own = engine->replication();
        own.followers_.push_back(follower);
        engine->world().network.SendOn(
            follower.stream, engine->machine(),
            replica([id = own.id_, at = own.offset_, writes = engine->dataset().writes()](
                        Replication& copy) { copy.TakeCopy(id, at, writes); }));
      });
}

void Replication::TakeCopy(const std::string& id, std::int64_t offset,
                           std::vector<std::uint32_t> writes) {
  id_ = id;
  offset_ = offset;
  previous_id_.clear();
  previous_end_ = -1;
  backlog_.clear();
  engine_.dataset().Replace(std::move(writes));
  state_ = State::kUp;
  heard_ = Running()->Now();
  down_since_ = 0;
  Acknowledge();
}

void Replication::TakePart(const std::string& id) {
  if (id != id_) {
    previous_id_ = id_;
    previous_end_ = offset_ + 1;
    id_ = id;
  }
  state_ = State::kUp;
  heard_ = Running()->Now();
  down_since_ = 0;
  Acknowledge();
}

void Replication::Receive(const Piece& piece) {
  if (state_ != State::kUp || piece.end <= offset_) return;
  heard_ = Running()->Now();
  if (piece.write != 0) engine_.dataset().Append(piece.write);
  Append(piece);
}

void Replication::Acknowledge() {
  acknowledged_ = Running()->Now();
  const auto primary = primary_.lock();
  if (!primary) return;
  engine_.world().network.SendOn(stream_, engine_.machine(),
                                 [primary, stream = stream_, offset = offset_] {
                                   Follower* const own = primary->replication().FollowerOn(stream);
                                   if (own == nullptr) return;
                                   own->online = true;
                                   own->acknowledged = offset;
                                   own->acknowledged_at = Running()->Now();
                                 });
}

Follower* Replication::FollowerOn(const std::shared_ptr<Stream>& stream) {
  const auto found = std::ranges::find(followers_, stream, &Follower::stream);
  return found == followers_.end() ? nullptr : &*found;
}

void Replication::Close() { followers_.clear(); }

Micros Replication::silent() const {
  if (state_ == State::kUp) return Running()->Now() - heard_;
  // A link that never was up in this role is down since ever (server.repl_down_since is 0).
  return down_since_ == 0 ? kNever / 2 : Running()->Now() - down_since_;
}

std::string Replication::Info() const {
  const Micros now = Running()->Now();
  std::string text;
  if (ip_.empty()) {
    text += std::format("role:master\r\nconnected_slaves:{}\r\n", followers_.size());
    for (std::size_t i = 0; i < followers_.size(); ++i) {
      const Follower& follower = followers_[i];
      text += std::format("slave{}:ip={},port=6379,state={},offset={},lag={}\r\n", i, follower.ip,
                          follower.online ? "online" : "wait_bgsave", follower.acknowledged,
                          (now - follower.acknowledged_at) / kSecond);
    }
  } else {
    const bool up = state_ == State::kUp;
    text += std::format("role:slave\r\nmaster_host:{}\r\nmaster_port:6379\r\n", ip_);
    text += std::format("master_link_status:{}\r\nmaster_last_io_seconds_ago:{}\r\n",
                        up ? "up" : "down", up ? (now - heard_) / kSecond : -1);
    text += std::format("master_sync_in_progress:{}\r\nslave_repl_offset:{}\r\n",
                        state_ == State::kCopying ? 1 : 0, offset_);
    if (!up) {
      text += std::format("master_link_down_since_seconds:{}\r\n",
                          down_since_ == 0 ? -1 : (now - down_since_) / kSecond);
    }
  }
  text += std::format("master_replid:{}\r\nmaster_replid2:{}\r\nmaster_repl_offset:{}\r\n", id_,
                      previous_id_.empty() ? std::string(40, '0') : previous_id_, offset_);
  return text + std::format("second_repl_offset:{}\r\n", previous_end_);
}

}  // namespace bowline::simulator
