#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <utility>

#include "base/timing.h"
#include "web/http.h"

namespace bowline {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// The report of the largest cluster is a tenth of this.
constexpr std::size_t kAnswerLimit = 16U << 20U;
constexpr std::size_t kChunk = 64U << 10U;

class Call : public std::enable_shared_from_this<Call> {
 public:
  using Ended = std::function<void(const Result<HttpAnswer>& answer)>;

  Call(asio::io_context& io, HttpCall call, Deadline deadline, Ended ended)
      : io_(io), call_(std::move(call)), deadline_(deadline), ended_(std::move(ended)) {
    parser_.body_limit(kAnswerLimit);
    request_.method_string(call_.method);
    request_.target(call_.path);
    request_.version(11);
    request_.set(http::field::host, call_.ip);
    request_.keep_alive(false);
    request_.body() = std::move(call_.body);
    request_.prepare_payload();
  }

  void Start() {
    error_code error;
    const auto address = asio::ip::make_address(call_.ip, error);
    if (error) return Fails(error);
    endpoint_ = {address, static_cast<asio::ip::port_type>(call_.port)};
    Connect();
  }

 private:
  void Connect() {
    stream_ = std::make_unique<beast::tcp_stream>(io_);
    const Milliseconds left = deadline_.Left();
    const bool last = left <= kPeerHandshake;
    stream_->expires_after(std::min(left, kPeerHandshake));
    stream_->async_connect(endpoint_, [self = shared_from_this(), last](error_code error) {
      if (error == beast::error::timeout && !last) return self->Connect();
      if (error) return self->Fails(error);
      self->Send();
    });
  }

  void Send() {
    stream_->expires_after(deadline_.Left());  // for all that follows
    http::async_write(
        *stream_, request_, [self = shared_from_this()](error_code error, std::size_t) {
          if (error) return self->Fails(error);
          http::async_read(*self->stream_, self->buffer_, self->parser_,
                           [self](error_code failed, std::size_t) { self->Received(failed); });
        });
  }

  void Received(error_code error) {
    if (error) return Fails(error);
    stream_.reset();  // what comes next needs no second connection beside it
    ended_(HttpAnswer{.status = static_cast<int>(parser_.get().result_int()),
                      .body = std::move(parser_.get().body())});
  }

  void Fails(error_code error) {
    const bool late = deadline_.Passed() || error == beast::error::timeout;
    ended_(Fail(late ? Code::kDeadlineExceeded : Code::kUnavailable, "{} {} of {}:{}: {}",
                call_.method, call_.path, call_.ip, call_.port, error.message()));
  }

  asio::io_context& io_;
  HttpCall call_;
  Deadline deadline_;
  Ended ended_;  ///< called once, unless the deadline comes first
  tcp::endpoint endpoint_;
  std::unique_ptr<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_{kChunk};
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
};

/// Makes calls, and those that come of their answers.
class Calls {
 public:
  Calls(Deadline deadline, const HttpNext& next) : deadline_(deadline), next_(next) {}

  void Make(std::vector<HttpCall> calls) {
    // A call can end at its start, and others come of that.
    std::size_t next_number = made_;
    made_ += calls.size();
    for (HttpCall& call : calls) {
      const std::size_t number = next_number++;
      std::make_shared<Call>(
          io_, std::move(call), deadline_,
          [this, number](const Result<HttpAnswer>& answer) { Make(next_(number, answer)); })
          ->Start();
    }
  }

  /// Every operation ends at the deadline by itself.
  void Run() { io_.run_for(deadline_.Left() + kPeerHandshake); }

 private:
  Deadline deadline_;
  const HttpNext& next_;
  std::size_t made_ = 0;
  asio::io_context io_{1};
};

}  // namespace

void HttpAskAll(std::vector<HttpCall> calls, Deadline deadline, const HttpNext& next) {
  Calls running(deadline, next);
  running.Make(std::move(calls));
  running.Run();
}

std::vector<Result<HttpAnswer>> HttpAskAll(const std::vector<HttpCall>& calls, Deadline deadline) {
  std::vector<Result<HttpAnswer>> answers;
  answers.reserve(calls.size());
  for (const HttpCall& call : calls) {
    answers.push_back(Fail(Code::kDeadlineExceeded, "{} {} of {}:{}: no answer in time",
                           call.method, call.path, call.ip, call.port));
  }
  HttpAskAll(calls, deadline, [&](std::size_t call, const Result<HttpAnswer>& answer) {
    answers[call] = answer;
    return std::vector<HttpCall>();
  });
  return answers;
}

Result<HttpAnswer> HttpAsk(const HttpCall& call, Deadline deadline) {
  return std::move(HttpAskAll({call}, deadline).front());
}

}  // namespace bowline
