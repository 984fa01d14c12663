// RespClient::AskAll: connections that do not block, and one poll for all of them.

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <optional>

#include "resp/error_reply.h"
#include "resp/impl.h"
#include "resp/tls_link.h"

namespace bowline {
/// One errand on its way: AUTH, where it must, and the command go out together; with several ways
/// to log in the command waits for the one that is taken.
class RespErrand {
 public:
  RespErrand(RespClient::Errand errand, Deadline deadline)
      : command_(errand.words.front()), words_(std::move(errand.words)), deadline_(deadline) {
    if (errand.client) {
      Use(*std::move(errand.client));
    } else {
      Connect(errand);
    }
    if (!ended() && !(logs_in_ && !login_.others.empty())) Send(words_);
  }

  [[nodiscard]] bool ended() const { return end_.has_value(); }
  [[nodiscard]] pollfd Polled() const {
    const auto own = static_cast<short>(sent_ == 0 ? POLLOUT : POLLIN);
    return {
        .fd = impl_->context->fd, .events = handshake_ ? handshake_->Events() : own, .revents = 0};
  }

  /// Its socket is ready.
  void Go() {
    redisContext& context = *impl_->context;
    if (handshake_) return Secure();
    if (sent_ == 0) {
      if (redisBufferWrite(&context, &sent_) != REDIS_OK) Breaks("connecting to");
      return;
    }
    if (redisBufferRead(&context) != REDIS_OK) return Breaks(command_ + " to");
    while (!ended()) {
      void* raw = nullptr;
      if (redisGetReplyFromReader(&context, &raw) != REDIS_OK) return Breaks(command_ + " to");
      if (raw == nullptr) return;
      const std::unique_ptr<void, decltype(&freeReplyObject)> reply(raw, &freeReplyObject);
      Replied(CopyReply(*static_cast<const redisReply*>(reply.get())));
    }
  }

  Result<RespClient::Done> Take() {
    if (!ended()) Breaks((handshake_ || sent_ == 0 ? "connecting to" : command_ + " to"));
    return *std::move(end_);
  }

 private:
  void Use(RespClient client) {
    impl_ = std::move(client.impl_);
    if (impl_->broken || impl_->context->err != 0 || !SetBlocking(*impl_->context, false)) {
      Breaks(command_ + " to");
    }
  }

  void Connect(const RespClient::Errand& errand) {
    impl_ = std::make_unique<RespClient::Impl>();
    impl_->peer = std::format("{}:{}", errand.ip, errand.port);
    impl_->context.reset(redisConnectNonBlock(errand.ip.c_str(), errand.port));
    if (!impl_->context) {
      end_ = Fail(Code::kInternal, "connecting to {}: no memory", impl_->peer);
      return;
    }
    if (impl_->context->err != 0) return Breaks("connecting to");
    if (errand.credentials.tls) {
      handshake_.emplace(*errand.credentials.tls, !errand.credentials.own);
      const Status begun = BeginTls(*impl_->context, *handshake_);
      if (!begun) return Refused(begun);
    }
    login_ = errand.credentials;
    logs_in_ = !login_.password.empty();
    if (logs_in_) LogIn(login_.user, login_.password);
  }

  /// Nothing is written before the handshake is over.
  void Secure() {
    const auto done = handshake_->Go();
    if (!done) return Refused(std::unexpected(done.error()));
    if (*done) handshake_.reset();
  }

  void Refused(const Status& why) {
    impl_->broken = true;
    end_ = FailWith(why, "connecting to " + impl_->peer);
  }

  void LogIn(const std::string& user, const std::string& password) {
    Send({"AUTH", user, password});
  }

  void Send(const std::vector<std::string>& words) {
    if (AppendCommand(*impl_->context, words) != REDIS_OK) return Breaks(words.front() + " to");
    sent_ = 0;
    waiting_ = words.front() != "AUTH";
  }

  void Replied(Reply reply) {
    if (logs_in_) {
      const auto in = UnlessError("AUTH", impl_->peer, std::move(reply));
      const bool again =
          !in && in.error().code == Code::kPermissionDenied && !login_.others.empty() && !waiting_;
      logs_in_ = again;
      if (again) {
        const Credentials::Other next = login_.others.front();
        login_.others.erase(login_.others.begin());
        LogIn(next.user, next.password);
      } else if (!in) {
        end_ = FailWith(in, "logging in");
      } else if (!waiting_) {
        Send(words_);
      }
      return;
    }
    auto answer = UnlessError(command_, impl_->peer, std::move(reply));
    if (!answer) {
      end_ = std::unexpected(answer.error());
    } else if (!SetBlocking(*impl_->context, true)) {
      Breaks(command_ + " to");
    } else {
      end_ = RespClient::Done{.client = RespClient(std::move(impl_)), .reply = *std::move(answer)};
    }
  }

  void Breaks(const std::string& what) {
    impl_->broken = true;
    end_ = impl_->Broken(what, deadline_);
  }

  std::string command_;
  std::vector<std::string> words_;
  bool waiting_ = false;  ///< the command is on its way
  Deadline deadline_;
  std::unique_ptr<RespClient::Impl> impl_;
  std::optional<TlsHandshake> handshake_;  ///< that is on its way
  Credentials login_;
  bool logs_in_ = false;
  int sent_ = 0;  ///< all of it
  std::optional<Result<RespClient::Done>> end_;
};

std::vector<Result<RespClient::Done>> RespClient::AskAll(std::vector<Errand> errands,
                                                         Deadline deadline) {
  std::deque<RespErrand> running;
  for (Errand& errand : errands) running.emplace_back(std::move(errand), deadline);
  while (true) {
    std::vector<pollfd> polled;
    std::vector<RespErrand*> waiting;
    for (RespErrand& errand : running) {
      if (errand.ended()) continue;
      polled.push_back(errand.Polled());
      waiting.push_back(&errand);
    }
    if (polled.empty()) break;
    const int ready =
        ::poll(polled.data(), polled.size(), static_cast<int>(deadline.Left().count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents != 0) waiting[i]->Go();
    }
  }
  std::vector<Result<Done>> answers;
  answers.reserve(running.size());
  for (RespErrand& errand : running) answers.push_back(errand.Take());
  return answers;
}

}  // namespace bowline
