#pragma once
// A connection to an engine, at its client's end.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "resp/reply.h"
#include "simulator/models/network.h"

namespace bowline::simulator {

class Engine;
class World;

class Link : public std::enable_shared_from_this<Link> {
 public:
  /// From a machine to a Service's address; "127.0.0.1": to the engine of that machine.
  static std::shared_ptr<Link> Open(World& world, Machine from, const std::string& ip);
  Link(World& world, Machine from) : world_(world), from_(from) {}

  /// One command; while the connection is being made it waits for that.
  void Ask(const std::vector<std::string>& words);
  /// Something is still to come: the connection, or the reply.
  [[nodiscard]] bool Waits() const { return !closed_ && (!engine_told_ || (asked_ && !reply_)); }
  [[nodiscard]] bool closed() const { return closed_; }
  Reply Take();
  void Close();

  Fiber* waiter = nullptr;

 private:
  void Made(const std::shared_ptr<Engine>& engine);
  void Send();
  void Told();
  void Lost();

  World& world_;
  Machine from_;
  std::shared_ptr<Stream> stream_;
  std::weak_ptr<Engine> engine_;
  bool engine_told_ = false;  ///< the connection is made
  bool closed_ = false;
  bool asked_ = false;
  std::vector<std::string> words_;
  std::optional<Reply> reply_;
};

}  // namespace bowline::simulator
