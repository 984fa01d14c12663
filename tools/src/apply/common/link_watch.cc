#include "apply/common/link_watch.h"

#include <algorithm>
#include <utility>

#include "apply/common/mode_driver.h"
#include "base/parse.h"
#include "base/timing.h"

namespace bowline {
namespace {

// Between two searches for connections that are missing.
constexpr Milliseconds kReplicaSearch{500};
constexpr Milliseconds kVoterSearch{300};

std::string IdOf(const SocketAddress& remote, const SocketAddress& local) {
  return std::format("{} {} {}", remote.ip, remote.port, local.port);
}

}  // namespace

std::optional<SocketAddress> ParseSocketAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view ip = text.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  const auto port = ParseInt(text.substr(colon + 1), 1, 65535);
  if (!port) return std::nullopt;
  return SocketAddress{.ip = std::string(ip), .port = static_cast<int>(*port)};
}

LinkWatch::LinkWatch(const LiveSettings& settings, const ModeDriver& driver, Identity identity,
                     Options options)
    : settings_(settings), driver_(driver), identity_(std::move(identity)), options_(options) {}

template <typename Call>
auto LinkWatch::Ask(const Call& call)
    -> decltype(call(std::declval<RespClient&>(), Deadline::In(Milliseconds(0)))) {
  if (client_) {
    auto first = call(*client_, Deadline::In(kFenceCall));
    if (first) return first;
    client_.reset();
  }
  const Deadline anew = Deadline::In(kFenceCall);  // the first may have used its time up
  auto made = ConnectToOwn(*settings_.Get(), settings_.Secrets(), anew);
  if (!made) return std::unexpected(made.error());
  client_ = *std::move(made);
  auto again = call(*client_, anew);
  if (!again) client_.reset();  // a late answer would be taken for the next one's
  return again;
}

Status LinkWatch::PauseWrites(Milliseconds span) {
  return Ask(
      [&](RespClient& engine, Deadline deadline) { return engine.PauseWrites(span, deadline); });
}

Status LinkWatch::Send() {
  return Ask([&](RespClient& engine, Deadline deadline) {
    return engine.Publish(driver_.LinkChannel(), "bowline", deadline);
  });
}

std::optional<LinkLook> LinkWatch::LookAt(Ends& ends) {
  const auto link = diag_->Find(ends.local, ends.remote);
  if (!link) {
    broken_ = true;  // a failed look-up is no connection that has ended
    return ends.last;
  }
  if (!*link) return std::nullopt;
  ends.last = {.id = IdOf(ends.remote, ends.local),
               .outstanding = (*link)->outstanding,
               .acked_bytes = (*link)->acked_bytes,
               .since_heard = (*link)->since_heard};
  return ends.last;
}

Status LinkWatch::FindReplicas() {
  replicas_found_ = Clock::now();
  ASSIGN_OR_RETURN(const std::vector<ClientLine> clients,
                   Ask([](RespClient& engine, Deadline deadline) {
                     return engine.ClientList("replica", deadline);
                   }));
  replicas_.clear();
  // A replica outside of the release cannot be elected, and logs in as another user.
  const std::string user =
      settings_->auth ? AccountOf("replication", identity_) : std::string("default");
  for (const ClientLine& client : clients) {
    const auto remote = ParseSocketAddress(client.address);
    const auto local = ParseSocketAddress(client.local);
    if (!remote || !local || client.user != user) continue;
    if (!options_.trust_loopback && (IsLoopback(remote->ip) || remote->ip == local->ip)) {
      return Fail(Code::kFailedPrecondition, "the replica at {} is a proxy", remote->ip);
    }
    Ends ends{.local = *local, .remote = *remote, .last = {}};
    if (LookAt(ends)) replicas_.push_back(std::move(ends));
  }
  return {};
}

Result<std::vector<LinkLook>> LinkWatch::Replicas(bool in_doubt) {
  if (std::exchange(broken_, false)) diag_.reset();
  if (!diag_) {
    ASSIGN_OR_RETURN(diag_, SockDiag::Open());
  }
  const auto declared = static_cast<std::size_t>(settings_->layout.replicas_per_shard);
  std::vector<LinkLook> looks;
  const auto look = [&] {
    looks.clear();
    for (Ends& ends : replicas_) {
      if (auto link = LookAt(ends)) looks.push_back(*std::move(link));
    }
  };
  look();
  if ((in_doubt || looks.size() < declared) && Since(replicas_found_) >= kReplicaSearch) {
    const Status found = FindReplicas();
    // A busy engine tells nothing for a moment; what is known of its connections is still true.
    // When all replicas are gone, what stands in front of them is as it was.
    if (found && !replicas_.empty()) proxy_ = false;
    if (!found && found.error().code == Code::kFailedPrecondition) proxy_ = true;
    look();
  }
  if (proxy_) {
    return Fail(Code::kUnavailable, "a proxy stands between this server and its replicas");
  }
  return looks;
}

std::vector<std::pair<MemberName, LinkLook>> LinkWatch::Voters(
    const std::vector<MemberName>& voters, const AddressBook& addresses) {
  std::vector<std::pair<MemberName, LinkLook>> looks;
  if (!diag_) return looks;
  const auto look = [&] {
    looks.clear();
    for (const MemberName voter : voters) {
      const auto known = voters_.find(voter);
      if (known == voters_.end()) continue;
      if (auto link = LookAt(known->second)) {
        looks.emplace_back(voter, *std::move(link));
      } else {
        voters_.erase(known);
      }
    }
  };
  look();
  if (looks.size() == voters.size() || Since(voters_found_) < kVoterSearch) return looks;
  voters_found_ = Clock::now();
  const VoterSearch search{.identity = identity_,
                           .voters = voters,
                           .addresses = addresses,
                           .diag = *diag_,
                           .clients = [this](const char* type) {
                             return Ask([type](RespClient& engine, Deadline deadline) {
                               return engine.ClientList(type, deadline);
                             });
                           }};
  for (const auto& [voter, ends] : driver_.FindVoters(search)) {
    voters_[voter] = {.local = ends.local, .remote = ends.remote, .last = {}};
  }
  look();
  return looks;
}

}  // namespace bowline
