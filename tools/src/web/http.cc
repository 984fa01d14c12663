#include "web/http.h"

#include <httplib.h>

#include <thread>

namespace bowline {
namespace {

// A kubelet and some peers, and a few connections on which nothing is ever said.
constexpr std::size_t kServerThreads = 8;
constexpr time_t kIdleSeconds = 1;
constexpr std::size_t kRequestLimit = 64U << 10U;
// The card of the largest cluster is a tenth of this.
constexpr std::size_t kAnswerLimit = 16U << 20U;
// Who has not shaken hands by then has not heard us: a new pod's address is not routed at once. The
// kernel asks again only after a second (RFC 6298, 2.1).
constexpr Milliseconds kHandshake{200};

}  // namespace

struct HttpServer::Impl {
  httplib::Server server;
  std::jthread thread;
};

HttpServer::HttpServer() : impl_(std::make_unique<Impl>()) {
  impl_->server.new_task_queue = [] { return new httplib::ThreadPool(kServerThreads); };
  impl_->server.set_socket_options([](socket_t socket) {
    const int yes = 1;  // and not SO_REUSEPORT, the library's default: a taken port is an error
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  impl_->server.set_keep_alive_max_count(1);  // a kept connection would hold one of few threads
  impl_->server.set_keep_alive_timeout(kIdleSeconds);  // until the first byte, too
  impl_->server.set_payload_max_length(kRequestLimit);
  impl_->server.set_read_timeout(2, 0);
  impl_->server.set_write_timeout(2, 0);
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Get(const std::string& path, std::function<HttpAnswer()> handler) {
  impl_->server.Get(
      path, [handler = std::move(handler)](const httplib::Request&, httplib::Response& response) {
        const HttpAnswer answer = handler();
        response.status = answer.status;
        response.set_content(answer.body, answer.content_type);
      });
}

Status HttpServer::Start(int port) {
  // "::" takes IPv4 too; a kernel without IPv6 has only "0.0.0.0".
  if (!impl_->server.bind_to_port("::", port) && !impl_->server.bind_to_port("0.0.0.0", port)) {
    return Fail(Code::kUnavailable, "cannot listen on port {}", port);
  }
  impl_->thread = std::jthread([server = &impl_->server] { server->listen_after_bind(); });
  impl_->server.wait_until_ready();  // a stop() before that would be lost
  return {};
}

void HttpServer::Stop() {
  impl_->server.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Result<HttpAnswer> HttpAsk(const std::string& ip, int port, const std::string& path,
                           Deadline deadline) {
  while (true) {
    httplib::Client client(ip, port);
    const auto left = Milliseconds(std::max<std::int64_t>(deadline.Left().count(), 1));
    client.set_connection_timeout(std::min(left, kHandshake));
    client.set_read_timeout(left);
    client.set_write_timeout(left);
    // The time-outs above are those of each read: an answer may come byte by byte.
    std::string body;
    const httplib::Result result = client.Get(path, [&](const char* data, std::size_t size) {
      body.append(data, size);
      return body.size() <= kAnswerLimit && !deadline.Passed();
    });
    if (result) return HttpAnswer{.status = result->status, .body = std::move(body)};
    if (deadline.Passed() || result.error() != httplib::Error::ConnectionTimeout) {
      const Code code = deadline.Passed() ? Code::kDeadlineExceeded : Code::kUnavailable;
      return Fail(code, "GET {} from {}:{}: {}", path, ip, port,
                  httplib::to_string(result.error()));
    }
  }
}

Result<std::string> HttpGet(const std::string& ip, int port, const std::string& path,
                            Deadline deadline) {
  ASSIGN_OR_RETURN(HttpAnswer answer, HttpAsk(ip, port, path, deadline));
  if (answer.status == 200) return std::move(answer.body);
  return Fail(Code::kUnavailable, "GET {} from {}:{}: status {}", path, ip, port, answer.status);
}

}  // namespace bowline
