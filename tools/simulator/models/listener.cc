#include "simulator/models/listener.h"

#include <utility>

namespace bowline::simulator {
namespace {

// Between two calls of a handler that has no answer yet.
constexpr Micros kAgain = 5 * kMillisecond;

}  // namespace

Listener::~Listener() {
  if (process_ != nullptr) process_->listeners.erase(port_);
}

void Listener::Start(int port) {
  process_ = &Self();
  port_ = port;
  process_->listeners[port] = this;
  fiber_ = &Running()->Start(*process_, [this] { Serve(); });
}

void Listener::Receive(const HttpCall& call, std::string remote, Reply reply) {
  open_.push_back(
      {.request = {.method = call.method, .body = call.body, .remote = std::move(remote)},
       .what = call.method + " " + call.path,
       .since = Running()->Now(),
       .reply = std::move(reply)});
  Running()->Wake(*fiber_);
}

void Listener::Serve() {
  while (true) {
    std::deque<Open> still;
    while (!open_.empty()) {
      Open open = std::move(open_.front());
      open_.pop_front();
      if (!Answer(open)) still.push_back(std::move(open));
    }
    open_ = std::move(still);
    (void)Running()->Park(open_.empty() ? kNever : Running()->Now() + kAgain);
  }
}

bool Listener::Answer(Open& open) {
  const auto handler = handlers_.find(open.what);
  if (handler == handlers_.end()) {
    open.reply(HttpAnswer{.status = 404, .body = ""});
    return true;
  }
  const Milliseconds waited((Running()->Now() - open.since) / kMillisecond);
  auto answer = handler->second(open.request, waited);
  if (!answer && waited < limits_.longest_wait) return false;
  if (answer && answer->silence) answer.reset();
  open.reply(std::move(answer));
  return true;
}

}  // namespace bowline::simulator
