#include "apply/common/kept_clients.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bowline {
namespace {

constexpr Milliseconds kMoment{300};
// For all that is asked of one member: a handover waits for it.
constexpr Milliseconds kOneLook{2 * kMoment};
// Until the own engine has taken the first connection.
constexpr Milliseconds kEagerLook{200};

std::optional<RespClient> Answering(std::optional<RespClient> client, Deadline deadline) {
  if (client && !client->Command({"PING"}, deadline)) client.reset();
  return client;
}

}  // namespace

KeptClients::KeptClients(Lane& lane, const LiveSettings& settings, Identity identity,
                         MemberName self, LiveState& live, std::string self_ip, Milliseconds period)
    : settings_(settings),
      identity_(std::move(identity)),
      self_(self),
      live_(live),
      self_ip_(std::move(self_ip)),
      period_(period),
      step_(lane, "connections ahead", [this] { return LookAtNext(); }) {}

std::optional<RespClient> KeptClients::TakeUnasked(MemberName member, Deadline deadline) {
  std::unique_lock lock(mutex_);
  looked_.wait_for(lock, deadline.Within(kOneLook).Left(), [&] { return looked_at_ != member; });
  const auto found = clients_.find(member);
  if (found == clients_.end()) return std::nullopt;
  std::optional<RespClient> client(std::move(found->second));
  clients_.erase(found);
  return client;
}

std::optional<RespClient> KeptClients::Take(MemberName member, Deadline deadline) {
  return Answering(TakeUnasked(member, deadline), deadline.Within(kMoment));
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
  const Deadline deadline = Deadline::In(kOneLook);
  client = Answering(std::move(client), deadline);
  if (!client) {
    const LiveSettings::Pointer settings = settings_.Get();
    const Credentials login = MemberLoginOf(member, *settings, settings_.Secrets(), identity_);
    auto made = RespClient::Connect(ip, port, member == self_ ? ToOwn(login) : login, deadline);
    // One that was refused for want of a place is known by its first answer only.
    if (made) client = Answering(*std::move(made), deadline);
  }
  const std::scoped_lock lock(mutex_);
  if (client) clients_.insert_or_assign(member, *std::move(client));
  looked_at_.reset();
  looked_.notify_all();
}

Milliseconds KeptClients::LookAtNext() {
  if (round_.empty()) {
    Look(self_, self_ip_, settings_->ports.client);
    const Layout& layout = settings_->layout;
    round_ = layout.MembersOf(self_.shard);
    std::ranges::copy(layout.Sentinels(), std::back_inserter(round_));
    std::erase(round_, self_);
  } else {
    const MemberName member = round_.back();
    round_.pop_back();
    const AddressBook addresses = live_.Addresses();
    const auto address = addresses.find(member);
    if (address != addresses.end() && live_.LastAnswer().info.primary) {
      Look(member, address->second.ip, address->second.port);
    } else {
      const std::scoped_lock lock(mutex_);
      clients_.erase(member);
    }
  }
  if (!round_.empty()) return Milliseconds(0);
  const std::scoped_lock lock(mutex_);
  return clients_.contains(self_) ? period_ : std::min(period_, kEagerLook);
}

}  // namespace bowline
