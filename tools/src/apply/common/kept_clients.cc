#include "apply/common/kept_clients.h"

#include <utility>

#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr Milliseconds kCall{1000};
constexpr Milliseconds kMoment{300};
// Until the own engine has taken the first connection.
constexpr Milliseconds kEagerLook{200};

}  // namespace

KeptClients::KeptClients(const LiveSettings& settings, Identity identity, MemberName self,
                         LiveState& live, std::string self_ip, Milliseconds period)
    : settings_(settings),
      identity_(std::move(identity)),
      self_(self),
      live_(live),
      self_ip_(std::move(self_ip)),
      period_(period),
      thread_(
          StartThread("connections ahead", [this](const std::stop_token& stop) { Run(stop); })) {}

KeptClients::~KeptClients() {
  thread_.request_stop();
  thread_.join();
}

std::optional<RespClient> KeptClients::Answering(std::optional<RespClient> client,
                                                 Deadline deadline) {
  if (client && !client->Command({"PING"}, deadline.Within(kMoment))) client.reset();
  return client;
}

std::optional<RespClient> KeptClients::Take(MemberName member, Deadline deadline) {
  std::optional<RespClient> client;
  {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, deadline.Within(2 * kMoment).Left(), [&] { return looked_at_ != member; });
    const auto found = clients_.find(member);
    if (found == clients_.end()) return std::nullopt;
    client = std::move(found->second);
    clients_.erase(found);
  }
  return Answering(std::move(client), deadline);
}

void KeptClients::Put(MemberName member, RespClient client) {
  const std::scoped_lock lock(mutex_);
  clients_.insert_or_assign(member, std::move(client));
}

void KeptClients::Look(MemberName member, const std::string& ip, int port) {
  std::optional<RespClient> client;
  {
    const std::scoped_lock lock(mutex_);
    looked_at_ = member;
    const auto found = clients_.find(member);
    if (found != clients_.end()) {
      client = std::move(found->second);
      clients_.erase(found);
    }
  }
  client = Answering(std::move(client), Deadline::In(kCall));
  if (!client) {
    auto made = RespClient::Connect(ip, port, PeerLoginOf(settings_.Secrets(), identity_),
                                    Deadline::In(kCall));
    // One that was refused for want of a place is known by its first answer only.
    if (made) client = Answering(*std::move(made), Deadline::In(kCall));
  }
  const std::scoped_lock lock(mutex_);
  if (client) clients_.insert_or_assign(member, *std::move(client));
  looked_at_.reset();
  wake_.notify_all();
}

void KeptClients::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool own = false;
    try {
      Look(self_, self_ip_, settings_->ports.client);
      const bool leads = live_.LastAnswer().info.primary;
      const AddressBook addresses = live_.Addresses();
      for (const MemberName member : settings_->layout.MembersOf(self_.shard)) {
        if (member == self_ || stop.stop_requested()) continue;
        const auto address = addresses.find(member);
        if (leads && address != addresses.end()) {
          Look(member, address->second.ip, address->second.port);
        } else {
          const std::scoped_lock lock(mutex_);
          clients_.erase(member);
        }
      }
      const std::scoped_lock lock(mutex_);
      own = clients_.contains(self_);
    } catch (const std::exception& error) {  // a handover makes its connections itself then
      LogWarning("connections ahead", {{"err", error.what()}});
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, own ? period_ : std::min(period_, kEagerLook), [] { return false; });
  }
}

}  // namespace bowline
