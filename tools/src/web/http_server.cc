#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <map>
#include <thread>
#include <utility>

#include "sys/log.h"
#include "sys/thread_root.h"
#include "web/http.h"

namespace bowline {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kHeaderLimit = 8U << 10U;
// A starved process takes no connections for a while; what the kernel cannot queue looks like a
// dead member.
constexpr int kBacklog = 1024;
// Between two questions to a handler that has no answer yet: a quarter of what it has taken so far,
// within these bounds.
constexpr Milliseconds kSoonest{2};
constexpr Milliseconds kLatest{50};
// After an accept that failed for want of file descriptors or memory.
constexpr Milliseconds kAcceptAgain{50};

using Routes = std::map<std::string, std::map<std::string, HttpHandler>>;  // path, method

struct Shared {
  HttpLimits limits;
  Routes routes;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Shared& shared)
      : stream_(std::move(socket)),
        timer_(stream_.get_executor()),
        shared_(shared),
        buffer_(kHeaderLimit + shared.limits.body) {
    parser_.header_limit(static_cast<std::uint32_t>(kHeaderLimit));
    parser_.body_limit(shared.limits.body);
  }

  void Start() {
    stream_.expires_after(shared_.limits.request);  // absolute: it holds for the whole request
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->Complete();
                     });
  }

  /// Every pending operation ends with an error, and the session with it.
  void Close() {
    error_code ignored;
    timer_.cancel();
    stream_.socket().close(ignored);
  }

  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void Complete() {
    complete_ = true;
    completed_ = std::chrono::steady_clock::now();
    stream_.expires_never();
    request_ = {.method = std::string(parser_.get().method_string()),
                .body = std::move(parser_.get().body()),
                .remote = Remote()};
    const std::string_view target = parser_.get().target();
    const auto path = shared_.routes.find(std::string(target.substr(0, target.find('?'))));
    if (path == shared_.routes.end()) return Write({.status = 404, .body = "no such path\n"});
    const auto handler = path->second.find(request_.method);
    if (handler == path->second.end()) return Write({.status = 405, .body = "no such method\n"});
    handler_ = &handler->second;
    Ask();
  }

  [[nodiscard]] std::string Remote() {
    error_code error;
    const tcp::endpoint remote = stream_.socket().remote_endpoint(error);
    if (error) return "an unknown address";
    const asio::ip::address address = remote.address();
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    return mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
                  : address.to_string();
  }

  void Ask() {
    const Milliseconds waited = Since(completed_);
    auto answer = (*handler_)(request_, waited);
    if (answer) return answer->silence ? Close() : Write(*std::move(answer));
    if (waited > shared_.limits.longest_wait) return Close();
    timer_.expires_after(std::clamp(waited / 4, kSoonest, kLatest));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->Ask();
    });
  }

  void Write(HttpAnswer answer) {
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.body() = std::move(answer.body);
    response_.keep_alive(false);
    response_.prepare_payload();
    stream_.expires_after(shared_.limits.answer);
    http::async_write(stream_, response_, [self = shared_from_this()](error_code, std::size_t) {
      error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      self->Close();
    });
  }

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  const Shared& shared_;
  beast::flat_buffer buffer_;
  http::request_parser<http::string_body> parser_;
  http::response<http::string_body> response_;
  HttpRequest request_;
  const HttpHandler* handler_ = nullptr;
  bool complete_ = false;
  std::chrono::steady_clock::time_point completed_;
};

}  // namespace

struct HttpServer::Impl {
  Shared shared;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer again{io};
  std::list<std::weak_ptr<Session>> sessions;  // the oldest first
  std::jthread thread;

  Status Listen(const tcp::endpoint& endpoint) {
    error_code error;
    const auto step = [&](auto&& call) {
      if (!error) call();
    };
    step([&] { acceptor.open(endpoint.protocol(), error); });
    step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
    if (endpoint.protocol() == tcp::v6()) {
      step([&] { acceptor.set_option(asio::ip::v6_only(false), error); });
    }
    step([&] { acceptor.bind(endpoint, error); });
    step([&] { acceptor.listen(kBacklog, error); });
    if (!error) return {};
    error_code ignored;
    acceptor.close(ignored);
    return Fail(Code::kUnavailable, "cannot listen on port {}: {}", endpoint.port(),
                error.message());
  }

  /// Closes one connection when there are too many: the oldest one without a complete request, else
  /// the oldest.
  void MakeRoom() {
    std::erase_if(sessions, [](const auto& session) { return session.expired(); });
    if (sessions.size() < shared.limits.connections) return;
    const auto incomplete = std::ranges::find_if(sessions, [](const auto& session) {
      const auto alive = session.lock();
      return alive && !alive->complete();
    });
    const auto chosen = incomplete == sessions.end() ? sessions.begin() : incomplete;
    if (const auto session = chosen->lock()) session->Close();
    sessions.erase(chosen);
  }

  void Accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        again.expires_after(kAcceptAgain);
        return again.async_wait([this](error_code stopped) {
          if (!stopped) Accept();
        });
      }
      try {  // no memory for this one: the next one is taken all the same
        MakeRoom();
        const auto session = std::make_shared<Session>(std::move(socket), shared);
        sessions.push_back(session);
        session->Start();
      } catch (const std::exception& failed) {
        LogError("HTTP server: a connection", {{"err", failed.what()}});
      }
      Accept();
    });
  }

  void Run() {
    while (true) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {  // no connection may end the program
        LogError("HTTP server", {{"err", error.what()}});
      }
    }
  }
};

HttpServer::HttpServer(HttpLimits limits) : impl_(std::make_unique<Impl>()) {
  impl_->shared.limits = limits;
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::On(const std::string& method, const std::string& path, HttpHandler handler) {
  impl_->shared.routes[path][method] = std::move(handler);
}

Status HttpServer::Start(int port) {
  const auto number = static_cast<asio::ip::port_type>(port);
  // "::" takes IPv4 too; a kernel without IPv6 has only "0.0.0.0".
  const Status both = impl_->Listen({tcp::v6(), number});
  if (!both) RETURN_IF_ERROR(impl_->Listen({tcp::v4(), number}));
  impl_->Accept();
  impl_->thread = StartThread(std::format("http-{}", port),
                              [impl = impl_.get()](const std::stop_token&) { impl->Run(); });
  return {};
}

void HttpServer::Stop() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
  error_code ignored;
  impl_->acceptor.close(ignored);
  for (const auto& session : impl_->sessions) {
    if (const auto alive = session.lock()) alive->Close();
  }
  impl_->sessions.clear();
}

}  // namespace bowline
