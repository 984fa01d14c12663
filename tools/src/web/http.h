#pragma once
// The resident program's small HTTP server and the call to a peer's. cpp-httplib stays behind this
// header. Bodies are probe verdicts and cards: no secrets, nothing that a peer may change.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

class HttpServer {
 public:
  HttpServer();
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Before Start. Handlers run on the server's own threads and must bound themselves.
  void Get(const std::string& path, std::function<HttpAnswer()> handler);
  /// Listens on all addresses, IPv4 and IPv6. kUnavailable when the port is taken.
  Status Start(int port);
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// GET http://ip:port/path, any status. kUnavailable: refused or reset; kDeadlineExceeded.
Result<HttpAnswer> HttpAsk(const std::string& ip, int port, const std::string& path,
                           Deadline deadline);

/// The body of a GET that was answered with 200; kUnavailable for any other status.
Result<std::string> HttpGet(const std::string& ip, int port, const std::string& path,
                            Deadline deadline);

}  // namespace bowline
