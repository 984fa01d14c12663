#pragma once
// One HTTP server of a process: its one thread, and the requests that have come.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "simulator/models/process.h"
#include "web/http.h"

namespace bowline::simulator {

class Listener {
 public:
  explicit Listener(HttpLimits limits) : limits_(limits) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void On(const std::string& method, const std::string& path, HttpHandler handler) {
    handlers_[method + " " + path] = std::move(handler);
  }
  /// Of the process whose fiber runs.
  void Start(int port);

  /// Empty: the connection was closed without a word.
  using Reply = std::function<void(std::optional<HttpAnswer>)>;
  void Receive(const HttpCall& call, std::string remote, Reply reply);

 private:
  struct Open {
    HttpRequest request;
    std::string what;
    Micros since = 0;
    Reply reply;
  };
  void Serve();
  /// False: no answer yet.
  bool Answer(Open& open);

  HttpLimits limits_;
  std::map<std::string, HttpHandler> handlers_;
  Process* process_ = nullptr;
  int port_ = 0;
  Fiber* fiber_ = nullptr;
  std::deque<Open> open_;
};

}  // namespace bowline::simulator
