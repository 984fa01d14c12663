#include "apply/common/peers.h"

namespace bowline {
namespace {

constexpr Milliseconds kBetweenEvents{60'000};

}  // namespace

Peers::Peers(const LiveSettings& settings, MemberName self, LiveState& live, EventSink& events)
    : settings_(settings), self_(self), live_(live), events_(events) {}

PeerChannel Peers::Channel() {
  return {.keys = settings_.Keys(),
          .self = {.identity = {.installation = live_.Installation(),
                                .name_space = settings_->name_space,
                                .release = settings_->release},
                   .member = self_.ToString(),
                   .pod = settings_->PodOf(self_)},
          .rejected = [this](const std::string& why) { Rejected(why); },
          .seen =
              [this](MemberName member, const std::string& ip) {
                const std::scoped_lock lock(mutex_);
                shown_[member] = ip;
                heard_[member] = std::chrono::steady_clock::now();
              },
          .views = views_};
}

Reports Peers::Gather(const AddressBook& addresses, Deadline deadline,
                      std::vector<MemberName>* unread) {
  return Note(GatherReports(Channel(), *settings_.Get(), addresses, &self_, deadline, unread));
}

Reports Peers::GatherOf(const AddressBook& addresses, const std::vector<MemberName>& members,
                        Deadline deadline, PeerViews views) {
  return Note(GatherReportsOf(Channel(), *settings_.Get(), addresses, members, deadline, views));
}

Reports Peers::Note(Reports reports) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [member, report] : reports) heard_[member] = std::chrono::steady_clock::now();
  return reports;
}

std::map<MemberName, Milliseconds> Peers::Heard() {
  const std::scoped_lock lock(mutex_);
  std::map<MemberName, Milliseconds> heard;
  for (const auto& [member, at] : heard_) heard[member] = Since(at);
  return heard;
}

AddressBook Peers::Shown(const std::vector<MemberName>& members) {
  const std::scoped_lock lock(mutex_);
  AddressBook book;
  for (const MemberName member : members) {
    const auto shown = shown_.find(member);
    if (shown == shown_.end()) continue;
    book[member] = {.ip = shown->second, .port = settings_->ports.peers, .bus_port = 0};
  }
  return book;
}

void Peers::Rejected(const std::string& why) {
  std::string text = why;
  {
    const std::scoped_lock lock(mutex_);
    if (told_ != std::chrono::steady_clock::time_point{} && Since(told_) < kBetweenEvents) {
      ++untold_;
      return;
    }
    if (untold_ > 0) text += std::format(" ({} more since the last such Event)", untold_);
    told_ = std::chrono::steady_clock::now();
    untold_ = 0;
  }
  events_.Emit("PeerRejected", text, true);
}

}  // namespace bowline
