#include "apply/monitor.h"

#include "apply/volume_io.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kEagerLook{200};  // until the member holds its shard's data
constexpr int kLooksPerHeal = 5;
constexpr Milliseconds kDnsTimeout{1500};
constexpr Milliseconds kCallTimeout{1000};

}  // namespace

Monitor::Monitor(const Settings& settings, const Paths& paths, MemberName self,
                 const EngineSecrets& secrets, GuardOutcome start, Board& board, EventSink& events)
    : settings_(settings),
      paths_(paths),
      self_(self),
      login_(LoginOf(secrets)),
      state_(start.volume.state),
      announced_(start.announced),
      board_(board),
      events_(events),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Monitor::~Monitor() { thread_.request_stop(); }

void Monitor::Run(const std::stop_token& stop) {
  int look = 0;
  while (!stop.stop_requested()) {
    const Card card = board_.Now(Milliseconds(0));
    if (card.engine.answers) {
      NoteRole(card);
      NoteHeld(card);
      NoteMark(card);
      if (++look % kLooksPerHeal == 0) Heal(card);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, state_.held ? kLook : kEagerLook, [] { return false; });
  }
}

void Monitor::NoteRole(const Card& card) {
  const EngineInfo& info = card.engine.info;
  const std::string role =
      info.primary ? "primary" : std::format("replica of {}", info.primary_host);
  if (role == role_) return;
  if (!role_.empty()) events_.Emit("RoleChanged", std::format("{} -> {}", role_, role));
  role_ = role;
}

void Monitor::NoteHeld(const Card& card) {
  if (state_.held) return;
  // No key can be there before every shard's primary runs: a first start never mistakes its own
  // members for holders.
  if (card.engine.keys == 0) return;
  VolumeState state = state_;
  state.held = true;
  const Status saved = SaveState(paths_.data, state);
  if (!saved) {
    LogWarning("cannot note that this volume holds data", {{"err", saved.error().ToString()}});
    return;
  }
  state_ = state;
  board_.SetHeld();
  LogInfo("this volume holds keys from now on");
}

void Monitor::NoteMark(const Card& card) {
  const EngineInfo& info = card.engine.info;
  if (!info.primary && !info.link_up) return;
  const ReplicationMark mark{.replication_id = info.replication_id, .offset = info.offset};
  if (mark == mark_) return;
  mark_ = mark;
  SaveMark(paths_.data, mark);
}

void Monitor::Heal(const Card& card) {
  const AddressAnswers answers = ResolveMembers(settings_, Deadline::In(kDnsTimeout));
  const HealPlan plan = PlanHeal({.layout = settings_.layout,
                                  .identity = state_.identity,
                                  .self = self_,
                                  .engine = card.engine,
                                  .announced = announced_,
                                  .addresses = answers.book});
  if (plan.Empty()) return;
  events_.Emit("AddressRepair", plan.reason);
  const Status repaired = Repair(plan);
  if (!repaired) LogWarning("repair failed", {{"err", repaired.error().ToString()}});
}

Status Monitor::Repair(const HealPlan& plan) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline));
  if (plan.announce) {
    RETURN_IF_ERROR(client.ConfigSet("cluster-announce-ip", plan.announce->ip, deadline));
    RETURN_IF_ERROR(client.ConfigSet("replica-announce-ip", plan.announce->ip, deadline));
    announced_ = *plan.announce;
  }
  for (const Endpoint& endpoint : plan.meet) {
    RETURN_IF_ERROR(client.ClusterMeet(endpoint, deadline));
  }
  if (plan.replicate) RETURN_IF_ERROR(client.ClusterReplicate(*plan.replicate, deadline));
  return {};
}

}  // namespace bowline
