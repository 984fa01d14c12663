// web/http.h: requests over the simulated network.

#include "web/http.h"

#include <deque>

#include "simulator/models/listener.h"
#include "simulator/models/world.h"
#include "simulator/ports/until.h"

namespace bowline {

using simulator::Listener;

struct HttpServer::Impl {
  explicit Impl(HttpLimits limits) : listener(limits) {}
  Listener listener;
};

HttpServer::HttpServer(HttpLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpServer::~HttpServer() = default;
void HttpServer::Stop() {}

void HttpServer::On(const std::string& method, const std::string& path, HttpHandler handler) {
  impl_->listener.On(method, path, std::move(handler));
}

Status HttpServer::Start(int port) {
  impl_->listener.Start(port);
  return {};
}

namespace {

/// What is known of the calls of one HttpAskAll; outlives it, as answers may be late.
struct Asked {
  simulator::Fiber* waiter = nullptr;
  std::deque<std::pair<std::size_t, Result<HttpAnswer>>> ended;

  void End(std::size_t number, Result<HttpAnswer> answer) {
    ended.emplace_back(number, std::move(answer));
    if (waiter != nullptr) simulator::Running()->Wake(*waiter);
  }
};

void Send(const std::shared_ptr<Asked>& asked, std::size_t number, const HttpCall& call) {
  simulator::World& world = simulator::TheWorld();
  const simulator::Pod& pod = simulator::Self().pod;
  const simulator::Machine from = pod.machine;
  const simulator::Machine to = world.MachineOf(from, call.ip);
  world.network.Send(from, to, [=, &world, remote = pod.env.ip] {
    if (!world.IsUp(to)) return;
    const auto back = [=, &world](std::optional<HttpAnswer> answer) {
      world.network.Send(to, from, [=] {
        answer ? asked->End(number, *answer)
               : asked->End(number, Fail(Code::kUnavailable, "{}: refused, reset or cut", call.ip));
      });
    };
    Listener* const listener = world.ListenerOn(to, call.port);
    listener == nullptr ? back(std::nullopt) : listener->Receive(call, remote, back);
  });
}

}  // namespace

void HttpAskAll(std::vector<HttpCall> calls, Deadline deadline, const HttpNext& next) {
  const auto asked = std::make_shared<Asked>();
  std::size_t sent = 0;
  std::size_t ended = 0;
  const auto send = [&](const std::vector<HttpCall>& more) {
    for (const HttpCall& call : more) Send(asked, sent++, call);
  };
  send(calls);
  while (ended < sent) {
    if (asked->ended.empty()) {
      asked->waiter = simulator::Running()->Current();
      const bool woken = simulator::Running()->Park(simulator::Until(deadline));
      asked->waiter = nullptr;
      if (!woken) return;
      continue;
    }
    const auto [number, answer] = std::move(asked->ended.front());
    asked->ended.pop_front();
    ++ended;
    send(next(number, answer));
  }
}

std::vector<Result<HttpAnswer>> HttpAskAll(const std::vector<HttpCall>& calls, Deadline deadline) {
  std::vector<Result<HttpAnswer>> answers(
      calls.size(), Fail(Code::kDeadlineExceeded, "no complete answer in time"));
  HttpAskAll(calls, deadline, [&](std::size_t number, const Result<HttpAnswer>& answer) {
    answers[number] = answer;
    return std::vector<HttpCall>();
  });
  return answers;
}

Result<HttpAnswer> HttpAsk(const HttpCall& call, Deadline deadline) {
  return HttpAskAll(std::vector{call}, deadline).front();
}

}  // namespace bowline
