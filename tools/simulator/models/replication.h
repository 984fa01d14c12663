#pragma once
// Replication as replication.c does it: a history's id and offset, partial and full copies, a
// stream of writes, an acknowledgement each second.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "simulator/models/network.h"

namespace bowline::simulator {

class Engine;

/// One piece of the stream.
struct Piece {
  std::int64_t end = 0;     ///< the offset after it
  std::uint32_t write = 0;  ///< 0: none, a ping
};

/// A replica as its primary knows it.
struct Follower {
  std::weak_ptr<Engine> engine;
  std::shared_ptr<Stream> stream;
  std::string ip;
  bool online = false;
  std::int64_t acknowledged = 0;
  Micros acknowledged_at = 0;
};

class Replication {
 public:
  explicit Replication(Engine& engine);

  // Of a primary.
  void Write(std::uint32_t id);
  /// All that is written has come to every replica that is online.
  [[nodiscard]] bool AllFollow() const;
  void TurnPrimary();

  // Of a replica.
  /// From now on of the engine at this address; the same one again changes nothing.
  void Follow(const std::string& ip);
  /// CLIENT KILL TYPE master: the link is made anew.
  void Reconnect() { Break(); }
  /// Its link is down until then.
  void BreakUntil(Micros when) {
    Break();
    connect_at_ = when;
    broken_until_ = when;
  }

  /// Each 100 ms.
  void Cron();
  /// The engine has died: who is connected with it is told.
  void Close();

  [[nodiscard]] std::int64_t offset() const { return offset_; }
  [[nodiscard]] bool link_up() const { return state_ == State::kUp; }
  /// Since the last word of the primary.
  [[nodiscard]] Micros silent() const;
  /// INFO replication.
  [[nodiscard]] std::string Info() const;

 private:
  enum class State { kNone, kConnecting, kCopying, kUp };
  void Connect();
  void Break();
  void Append(Piece piece);
  void Receive(const Piece& piece);
  void TakeCopy(const std::string& id, std::int64_t offset, std::vector<std::uint32_t> writes);
  void TakePart(const std::string& id);
  void Acknowledge();
  /// A replica asks for the rest of its history, or for all.
  void Asked(Follower follower, const std::string& id, std::int64_t offset);
  [[nodiscard]] bool HasPart(const std::string& id, std::int64_t offset) const;
  void Feed(const Follower& follower, const Piece& piece) const;
  [[nodiscard]] Follower* FollowerOn(const std::shared_ptr<Stream>& stream);

  Engine& engine_;
  std::string id_;
  std::string previous_id_;
  std::int64_t previous_end_ = -1;
  std::int64_t offset_ = 0;
  std::deque<Piece> backlog_;
  std::vector<Follower> followers_;
  // of a replica
  std::string ip_;  ///< of its primary; empty: it is one
  State state_ = State::kNone;
  std::shared_ptr<Stream> stream_;
  std::weak_ptr<Engine> primary_;
  Micros connect_at_ = 0;
  Micros broken_until_ = 0;
  Micros connecting_since_ = 0;
  Micros down_since_ = 0;  ///< 0: the link never was up, or is
  Micros heard_ = 0;
  Micros acknowledged_ = 0;
  Micros pinged_ = 0;
};

}  // namespace bowline::simulator
