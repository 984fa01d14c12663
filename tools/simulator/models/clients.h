#pragma once
// Clients that write to the first shard all the time, each one write after the other, and what was
// acknowledged to them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulator/models/network.h"

namespace bowline::simulator {

class World;

struct Acknowledgement {
  Micros when = 0;
  Machine by = 0;
  bool heard = false;  ///< the client has got it
};

class Clients {
 public:
  explicit Clients(World& world) : world_(world) {}

  void Start(int count);
  void Stop() { running_ = false; }
  /// The engine has taken the write and answers.
  void Taken(std::uint32_t id, Machine by);

  [[nodiscard]] const std::map<std::uint32_t, Acknowledgement>& acknowledged() const {
    return acknowledged_;
  }
  /// Since then every write was answered; kNever: the last one was not.
  [[nodiscard]] Micros last_success() const { return last_success_; }

 private:
  struct Writer {
    std::string ip;
    std::uint32_t waits_for = 0;  ///< 0: for nothing
  };
  void Write(std::size_t writer);
  void Ended(std::size_t writer, std::uint32_t id, bool ok, const std::string& moved_to);
  void TryElsewhere(Writer& writer);

  World& world_;
  bool running_ = false;
  std::vector<Writer> writers_;
  std::uint32_t ids_ = 0;
  Micros last_success_ = 0;
  std::map<std::uint32_t, Acknowledgement> acknowledged_;
};

}  // namespace bowline::simulator
