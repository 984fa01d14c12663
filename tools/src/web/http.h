#pragma once
// HTTP as the resident program speaks it: an event loop that answers small requests, and the same
// question to many peers at once. Boost.Beast and Boost.Asio stay behind this header. Source of the
// limits: docs/decisions/0017-two-listeners.md.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

struct HttpRequest {
  std::string method;
  std::string body;
  std::string remote;  ///< the client's address
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
  bool silence = false;  ///< close the connection without a word
};

/// Called on the server's one thread, so it must not block. Nothing: there is no answer yet; the
/// handler is called again some milliseconds later. `waited` is the time since the request was
/// complete.
using HttpHandler =
    std::function<std::optional<HttpAnswer>(const HttpRequest&, Milliseconds waited)>;

struct HttpLimits {
  /// More connections than this are never open. One more, and the oldest connection without a
  /// complete request is closed; the newest is always taken, so that clients that say nothing
  /// cannot lock the kubelet out.
  std::size_t connections = 128;
  std::size_t body = 0;        ///< bytes of a request's body
  Milliseconds request{2000};  ///< from the connection to the complete request
  Milliseconds answer{5000};   ///< for writing the answer
  Milliseconds longest_wait{
      10'000};  ///< for a handler that has no answer yet; then the connection is closed
};

class HttpServer {
 public:
  explicit HttpServer(HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Before Start. Any other path is answered with 404, any other method with 405.
  void On(const std::string& method, const std::string& path, HttpHandler handler);
  /// Listens on all addresses, IPv4 and IPv6, on one thread. kUnavailable when the port is taken.
  Status Start(int port);
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct HttpCall {
  std::string ip;
  int port = 0;
  std::string method = "GET";
  std::string path;
  std::string body;
};

/// Told of each call that has ended, by its number; the calls that it returns are made at once and
/// get the next numbers.
using HttpNext =
    std::function<std::vector<HttpCall>(std::size_t call, const Result<HttpAnswer>& answer)>;

/// All calls at once, on the caller's thread, with any status. Returns when all have ended, at the
/// deadline at the latest: `next` is not told of calls that have not ended then. kUnavailable:
/// refused, reset, cut or no HTTP; kDeadlineExceeded.
void HttpAskAll(std::vector<HttpCall> calls, Deadline deadline, const HttpNext& next);

/// The answers in the order of the calls.
std::vector<Result<HttpAnswer>> HttpAskAll(const std::vector<HttpCall>& calls, Deadline deadline);

/// One call.
Result<HttpAnswer> HttpAsk(const HttpCall& call, Deadline deadline);

}  // namespace bowline
