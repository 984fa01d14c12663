// resp/client.h below the commands: connections to engine models.

#include <deque>

#include "resp/client.h"
#include "resp/error_reply.h"
#include "simulator/models/link.h"
#include "simulator/models/world.h"
#include "simulator/ports/until.h"

namespace bowline {

using simulator::Link;

struct RespClient::Impl {
  std::shared_ptr<Link> link;
  std::string peer;
  bool broken = false;

  ~Impl() {
    if (link) link->Close();
  }
  /// True when the link has got on, false at the deadline.
  bool Await(Deadline deadline) const {
    while (link->Waits()) {
      link->waiter = simulator::Running()->Current();
      if (!simulator::Running()->Park(simulator::Until(deadline)) && link->Waits()) break;
    }
    link->waiter = nullptr;
    return !link->Waits();
  }
  std::unexpected<Error> Breaks(std::string_view what, bool late) {
    broken = true;
    if (late) return Fail(Code::kDeadlineExceeded, "{} {}: no complete reply in time", what, peer);
    return Fail(Code::kUnavailable, "{} {}: refused or reset", what, peer);
  }
};

RespClient::RespClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RespClient::RespClient(RespClient&&) noexcept = default;
RespClient& RespClient::operator=(RespClient&&) noexcept = default;
RespClient::~RespClient() = default;

Result<RespClient> RespClient::Connect(const std::string& ip, int port,
                                       const Credentials& credentials, Deadline deadline) {
  auto impl = std::make_unique<Impl>();
  impl->peer = std::format("{}:{}", ip, port);
  impl->link = Link::Open(simulator::TheWorld(), simulator::Self().pod.machine, ip);
  return LogIn(std::move(impl), credentials, deadline);
}

Result<RespClient> RespClient::ConnectLocal(const std::filesystem::path& socket, const Credentials&,
                                            Deadline) {
  return Fail(Code::kUnavailable, "{}: no Unix sockets here", socket.string());
}

Result<RespClient> RespClient::LogIn(std::unique_ptr<Impl> impl, const Credentials&,
                                     Deadline deadline) {
  if (!impl->Await(deadline)) return impl->Breaks("connecting to", true);
  if (impl->link->closed()) return impl->Breaks("connecting to", false);
  return RespClient(std::move(impl));
}

Result<Reply> RespClient::Command(const std::vector<std::string>& words, Deadline deadline) {
  if (impl_->broken) {
    return Fail(Code::kUnavailable,
                "{} to {}: the connection is given up: an earlier call has had no reply",
                words.front(), impl_->peer);
  }
  impl_->link->Ask(words);
  const std::string what = words.front() + " to";
  if (!impl_->Await(deadline)) return impl_->Breaks(what, true);
  if (impl_->link->closed()) return impl_->Breaks(what, false);
  return impl_->link->Take();
}

Result<Reply> RespClient::Ask(const std::vector<std::string>& words, Deadline deadline) {
  ASSIGN_OR_RETURN(Reply reply, Command(words, deadline));
  return UnlessError(words.front(), impl_->peer, std::move(reply));
}

std::vector<Result<RespClient::Done>> RespClient::AskAll(std::vector<Errand> errands,
                                                         Deadline deadline) {
  std::vector<std::unique_ptr<Impl>> running;
  for (Errand& errand : errands) {
    if (errand.client) {
      running.push_back(std::move(errand.client->impl_));
    } else {
      running.push_back(std::make_unique<Impl>());
      running.back()->peer = std::format("{}:{}", errand.ip, errand.port);
      running.back()->link =
          Link::Open(simulator::TheWorld(), simulator::Self().pod.machine, errand.ip);
    }
    if (!running.back()->broken) running.back()->link->Ask(errand.words);
  }
  std::vector<Result<Done>> answers;
  for (std::size_t i = 0; i < running.size(); ++i) {
    Impl& impl = *running[i];
    const std::string what = errands[i].words.front() + " to";
    if (impl.broken) {
      answers.emplace_back(impl.Breaks(what, false));
    } else if (!impl.Await(deadline)) {
      answers.emplace_back(impl.Breaks(what, true));
    } else if (impl.link->closed()) {
      answers.emplace_back(impl.Breaks(what, false));
    } else if (auto reply = UnlessError(errands[i].words.front(), impl.peer, impl.link->Take());
               !reply) {
      answers.emplace_back(std::unexpected(reply.error()));
    } else {
      answers.emplace_back(
          Done{.client = RespClient(std::move(running[i])), .reply = *std::move(reply)});
    }
  }
  return answers;
}

}  // namespace bowline
