#include "apply/link_watch.h"

#include <algorithm>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr Milliseconds kCallTimeout{200};
// Between two searches for connections that are missing.
constexpr Milliseconds kReplicaSearch{500};
constexpr Milliseconds kVoterSearch{300};
// Sentinels subscribe to this channel at every server and leave out what is no announcement
// (sentinel.c, sentinelProcessHelloMessage wants eight fields).
constexpr const char* kHelloChannel = "__sentinel__:hello";
constexpr const char* kOwnChannel = "__bowline__:link";
constexpr std::size_t kNameDigits = 8;  // of a sentinel's id, in the name of its connection

/// "10.0.0.5:43210" or "[fd00::5]:43210".
std::optional<SocketAddress> ToSocketAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view ip = text.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  const auto port = ParseInt(text.substr(colon + 1), 1, 65535);
  if (!port) return std::nullopt;
  return SocketAddress{.ip = std::string(ip), .port = static_cast<int>(*port)};
}

bool IsLoopback(const std::string& ip) { return ip.starts_with("127.") || ip == "::1"; }

std::string IdOf(const SocketAddress& remote, const SocketAddress& local) {
  return std::format("{} {} {}", remote.ip, remote.port, local.port);
}

}  // namespace

LinkWatch::LinkWatch(const Settings& settings, Credentials login, Identity identity,
                     Options options)
    : settings_(settings),
      login_(std::move(login)),
      identity_(std::move(identity)),
      options_(options) {}

Result<RespClient*> LinkWatch::Engine(Deadline deadline) {
  if (!client_) {
    ASSIGN_OR_RETURN(client_,
                     RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline));
  }
  return &*client_;
}

/// `call` over the kept connection; once more over a new one, for the engine or a handover may have
/// closed the kept one.
template <typename Call>
auto LinkWatch::Ask(const Call& call)
    -> decltype(call(std::declval<RespClient&>(), Deadline::In(Milliseconds(0)))) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  if (client_) {
    auto first = call(*client_, deadline);
    if (first) return first;
    client_.reset();
  }
  const auto engine = Engine(deadline);
  if (!engine) return std::unexpected(engine.error());
  auto again = call(**engine, deadline);
  if (!again) client_.reset();  // a late answer would be taken for the next one's
  return again;
}

Status LinkWatch::PauseWrites(Milliseconds span) {
  return Ask(
      [&](RespClient& engine, Deadline deadline) { return engine.PauseWrites(span, deadline); });
}

Status LinkWatch::Send() {
  const char* channel = settings_.layout.mode == Mode::kSentinel ? kHelloChannel : kOwnChannel;
  return Ask([&](RespClient& engine, Deadline deadline) {
    return engine.Publish(channel, "bowline", deadline);
  });
}

std::optional<LinkLook> LinkWatch::LookAt(const Ends& ends) {
  const auto link = diag_->Find(ends.local, ends.remote);
  if (!link || !*link) return std::nullopt;
  return LinkLook{.id = IdOf(ends.remote, ends.local),
                  .outstanding = (*link)->outstanding,
                  .acked_bytes = (*link)->acked_bytes,
                  .since_heard = (*link)->since_heard};
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
      settings_.auth ? AccountOf("replication", identity_) : std::string("default");
  for (const ClientLine& client : clients) {
    const auto remote = ToSocketAddress(client.address);
    const auto local = ToSocketAddress(client.local);
    if (!remote || !local || client.user != user) continue;
    if (!options_.trust_loopback && IsLoopback(remote->ip)) {
      return Fail(Code::kFailedPrecondition, "the replica at {} is a proxy", remote->ip);
    }
    replicas_.push_back({.local = *local, .remote = *remote});
  }
  return {};
}

Result<std::vector<LinkLook>> LinkWatch::Replicas() {
  if (!diag_) {
    ASSIGN_OR_RETURN(diag_, SockDiag::Open());
  }
  const auto declared = static_cast<std::size_t>(settings_.layout.replicas_per_shard);
  std::vector<LinkLook> looks;
  const auto look = [&] {
    looks.clear();
    for (const Ends& ends : replicas_) {
      if (auto link = LookAt(ends)) looks.push_back(*std::move(link));
    }
  };
  look();
  if (looks.size() >= declared) return looks;
  if (Since(replicas_found_) >= kReplicaSearch) {
    const Status found = FindReplicas();
    // A busy engine tells nothing for a moment; what is known of its connections is still true.
    if (found) proxy_ = false;
    if (!found && found.error().code == Code::kFailedPrecondition) proxy_ = true;
    look();
  }
  if (proxy_) {
    return Fail(Code::kUnavailable, "a proxy stands between this server and its replicas");
  }
  return looks;
}

void LinkWatch::FindSentinels(const std::vector<MemberName>& voters) {
  const auto clients = Ask(
      [](RespClient& engine, Deadline deadline) { return engine.ClientList("pubsub", deadline); });
  if (!clients) return;
  for (const MemberName voter : voters) {
    const std::string name =
        std::format("sentinel-{}-pubsub", identity_.NodeIdOf(voter).str().substr(0, kNameDigits));
    const auto client = std::ranges::find(*clients, name, &ClientLine::name);
    if (client == clients->end()) continue;
    const auto remote = ToSocketAddress(client->address);
    const auto local = ToSocketAddress(client->local);
    if (remote && local) voters_[voter] = {.local = *local, .remote = *remote};
  }
}

void LinkWatch::FindBus(const std::vector<MemberName>& voters, const AddressBook& addresses) {
  bool ipv6 = false;
  for (const auto& [member, endpoint] : addresses) ipv6 = endpoint.ip.contains(':');
  const auto links = diag_->All(ipv6);
  if (!links) return;
  for (const MemberName voter : voters) {
    const auto address = addresses.find(voter);
    if (address == addresses.end()) continue;
    const SocketAddress bus{.ip = address->second.ip, .port = address->second.bus_port};
    const auto link = std::ranges::find(*links, bus, &TcpLink::remote);
    if (link != links->end()) voters_[voter] = {.local = link->local, .remote = link->remote};
  }
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
  if (settings_.layout.mode == Mode::kSentinel) {
    FindSentinels(voters);
  } else {
    FindBus(voters, addresses);
  }
  look();
  return looks;
}

}  // namespace bowline
