#pragma once
// Messages between machines: each takes its time, some take long, and those that meet a cut wait
// for its end, as TCP sends them again, or are given up.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "simulator/core/scheduler.h"

namespace bowline::simulator {

/// A machine: that of a member (by its place in the layout), the clients', the API server's.
using Machine = int;

/// Both directions of one connection: what is sent first arrives first.
struct Stream {
  Machine one = 0;
  Machine other = 0;
  bool broken = false;
  std::map<Machine, Micros> last;  ///< arrival, by the receiver
};

class Network {
 public:
  explicit Network(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// `arrive` is called on the other side. `give_up`: what has been held up for longer is lost.
  void Send(Machine from, Machine to, std::function<void()> arrive, Micros give_up = kNever);
  /// The same, in the order of the stream; nothing arrives once it is broken.
  void SendOn(const std::shared_ptr<Stream>& stream, Machine from, std::function<void()> arrive);

  void Cut(Machine one, Machine other) { cuts_.insert(std::minmax(one, other)); }
  void Mend(Machine one, Machine other);
  [[nodiscard]] bool IsCut(Machine one, Machine other) const {
    return cuts_.contains(std::minmax(one, other));
  }

 private:
  struct Held {
    Machine from = 0;
    Machine to = 0;
    Micros since = 0;
    Micros give_up = kNever;
    std::shared_ptr<Stream> stream;
    std::function<void()> arrive;
  };
  Micros Travel(Machine from, Machine to);
  void Deliver(Held message, Micros extra);

  Scheduler& scheduler_;
  std::set<std::pair<Machine, Machine>> cuts_;
  std::vector<Held> held_;
};

}  // namespace bowline::simulator
