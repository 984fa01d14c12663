#include "apply/fence.h"

#include <algorithm>

#include "sys/log.h"

namespace bowline {
namespace {

// Of one pause; renewed at each look, and the engine keeps the latest end.
constexpr Milliseconds kPause{500};
constexpr Milliseconds kCallTimeout{200};

Milliseconds Now() { return Since({}); }

/// In cluster mode a primary that lost the majority takes no writes until it has heard the others.
Milliseconds ReplacedAfter(const Settings& settings) {
  return settings.layout.mode == Mode::kCluster
             ? Milliseconds::max()
             : Milliseconds(settings.sentinel.down_after_milliseconds);
}

}  // namespace

Fence::Fence(const Settings& settings, MemberName self, const EngineSecrets& secrets,
             Identity identity, Board& board, EventSink& events)
    : settings_(settings),
      self_(self),
      login_(LoginOf(secrets)),
      identity_(std::move(identity)),
      board_(board),
      events_(events),
      members_(settings.layout.Members()),
      circle_(CircleOf(settings.layout, identity_, self, "")),
      judge_(ReplacedAfter(settings)) {
  if (!settings.fencing || circle_.replicas.empty()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Fence::~Fence() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  board_.SetFenced("");
}

void Fence::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Deadline end = Deadline::In(kFenceLook);
    const bool leads = Leads();
    if (leads) {
      Look(end);
    } else {
      judge_.Restart(Now());
      (void)end.Sleep(kFenceLook);
    }
    Tell(leads);
  }
}

bool Fence::Leads() {
  const EngineSnapshot answer = board_.LastAnswer();
  if (!answer.view.empty()) view_ = answer.view;
  return answer.info.primary && board_.Last().phase == Phase::kRunning;
}

void Fence::Look(Deadline end) {
  const AddressBook addresses = board_.Addresses();
  if (judge_.InDoubt(circle_, Now())) {
    circle_ = CircleOf(settings_.layout, identity_, self_, view_);
    Knock(circle_.replicas, addresses);
    Knock(circle_.voters, addresses);
  } else {
    Knock({judge_.HeardLast(circle_)}, addresses);
  }
  do {
    for (const std::size_t tag : reach_.Wait(end)) judge_.Reached(members_[tag], Now());
  } while (!end.Passed());
  if (!judge_.Judge(circle_, Now())) return;
  const Status paused = PauseWrites();
  const std::string problem = paused ? "" : paused.error().ToString();
  if (problem != problem_ && !paused) LogWarning("cannot pause writes", {{"err", problem}});
  problem_ = problem;
}

void Fence::Knock(const std::vector<MemberName>& members, const AddressBook& addresses) {
  for (const MemberName member : members) {
    const auto address = addresses.find(member);
    if (address == addresses.end()) continue;
    const auto tag = std::ranges::find(members_, member) - members_.begin();
    if (!reach_.Knock(static_cast<std::size_t>(tag), address->second.ip, settings_.ports.peers)) {
      judge_.Deaf(Now());
    }
  }
}

Status Fence::PauseWrites() {
  const Deadline deadline = Deadline::In(kCallTimeout);
  // The kept connection may have been closed by the engine or by a handover.
  if (client_ && client_->PauseWrites(kPause, deadline)) return {};
  client_.reset();
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline));
  RETURN_IF_ERROR(client.PauseWrites(kPause, deadline));
  client_ = std::move(client);
  return {};
}

void Fence::Tell(bool leads) {
  if (judge_.fenced()) {
    const std::string why = judge_.Describe(circle_, Now());
    board_.SetFenced(why);
    if (told_at_) return;
    told_at_ = Now();
    events_.Emit("Fenced", "cut off, writes are paused: " + why, true);
  } else if (told_at_) {
    board_.SetFenced("");
    const std::string why = leads ? "the others are reached again" : "it leads no more";
    events_.Emit("FenceLifted",
                 std::format("writes were paused for {} ms; {}", (Now() - *told_at_).count(), why));
    told_at_.reset();
  }
}

}  // namespace bowline
