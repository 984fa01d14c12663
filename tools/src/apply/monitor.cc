#include "apply/monitor.h"

#include "apply/kept_dataset.h"
#include "apply/sentinel_failover.h"
#include "apply/volume_io.h"
#include "plan/pause.h"
#include "plan/quorum_view.h"
#include "plan/role_label.h"
#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kCalmLook{3000};  // at the others
// Until the member holds its shard's data, and between two times that it is said whom to follow.
constexpr Milliseconds kEagerLook{200};
constexpr int kLooksPerAddresses = 5;
constexpr Milliseconds kDnsTimeout{1500};
constexpr Milliseconds kCardsTimeout{500};
constexpr Milliseconds kCallTimeout{1000};
constexpr Milliseconds kReplaceTimeout{5000};
constexpr Milliseconds kTidy{60'000};  // between two looks for copies whose day is over
constexpr const char* kPrimary = "primary";
// Labels are said again: often while roles have just changed, seldom later.
constexpr Milliseconds kEarlyRound{5000};
constexpr Milliseconds kLateRound{30'000};
constexpr Milliseconds kUnlabelledTold{10'000};

/// Counts up, from 1, as time passes.
int RoundAt(Milliseconds since) {
  if (since < kLateRound) return 1 + static_cast<int>(since / kEarlyRound);
  return static_cast<int>(kLateRound / kEarlyRound) + static_cast<int>(since / kLateRound);
}

std::vector<std::string> OtherPods(const Settings& settings, MemberName self) {
  std::vector<std::string> pods;
  for (const MemberName member : settings.layout.MembersOf(self.shard)) {
    if (member != self) pods.push_back(settings.PodOf(member));
  }
  return pods;
}

}  // namespace

Monitor::Monitor(const Settings& settings, const Paths& paths, MemberName self,
                 const EngineSecrets& secrets, GuardOutcome start, const PodEnv& pod, Board& board,
                 MarkKeeper& marks, EventSink& events, PodConditions& conditions, Peers& peers,
                 Handovers& handovers)
    : settings_(settings),
      paths_(paths),
      self_(self),
      secrets_(secrets),
      login_(LoginOf(secrets)),
      state_(start.volume.state),
      announced_(start.announced),
      addresses_(std::move(start.addresses)),
      held_back_(start.passive),
      peers_(peers),
      board_(board),
      marks_(marks),
      events_(events),
      conditions_(conditions),
      label_(pod, OtherPods(settings, self), settings.role_label, events),
      started_by_(std::move(start.decision)),
      started_for_(std::move(start.reason)),
      handovers_(handovers),
      cut_handover_(paths.data, settings.ports.client, login_, events),
      node_watch_(settings, self, peers, events),
      volume_writes_(paths.data),
      role_watch_(settings.ports.client, login_,
                  settings.role_label && settings.layout.mode == Mode::kSentinel,
                  [this] {
                    const std::scoped_lock lock(mutex_);
                    role_changed_ = true;
                    wake_.notify_all();
                  }),
      thread_(StartThread("monitor", [this](const std::stop_token& stop) { Run(stop); })) {}

Monitor::~Monitor() { thread_.request_stop(); }

void Monitor::Run(const std::stop_token& stop) {
  board_.SetMissed(0);  // of the engine's life before, in the same process
  int look = 0;
  while (!stop.stop_requested()) {
    const Card card = board_.Now(Milliseconds(0));
    if (card.engine.answers) {
      NoteRole(card);
      NoteLabel(card);
      NoteHeld(card);
      NoteWhole(card);
      if (const auto news = full_copy_.Look(card.engine.info, Since({}))) {
        events_.Emit(news->ended ? "FullCopyEnded" : "FullCopy", news->text);
      }
      volume_writes_.Want(!card.engine.info.primary);
      board_.SetWritten(volume_writes_.Age());
      HandOverIfUnwritable(card);
      const bool look_up = ++look % kLooksPerAddresses == 0;
      if (self_.kind == MemberKind::kServer) {
        LookAtOthers(card);
        NoteLabel(card);
        marks_.Save(card.engine.info, term_, addresses_);
        if (look_up) (void)LookUpAddresses();
      } else {
        AskPrimaries(card);
        marks_.Save(card.engine.info, 0, addresses_);
        if (look_up) HealShard(card, LookUpAddresses());
      }
      LookAtLink(card);
      node_watch_.Look(state_.identity, card, addresses_);
    }
    if (Since(tidied_) > kTidy) {
      tidied_ = std::chrono::steady_clock::now();
      DropExpiredCopies(paths_.data, events_);
    }
    std::unique_lock lock(mutex_);
    const auto changed = Changed();
    const bool eager = !state_.held || said_ || (changed && changed->ago < kRoleSettles);
    wake_.wait_for(lock, stop, eager ? kEagerLook : kLook, [this] { return role_changed_; });
    role_changed_ = false;
  }
}

void Monitor::NoteRole(const Card& card) {
  const EngineInfo& info = card.engine.info;
  const std::string role =
      info.primary ? kPrimary : std::format("replica of {}", info.primary_host);
  if (role == role_) return;
  confirmed_.reset();
  if (!role_.empty()) {
    changed_ = std::chrono::steady_clock::now();
    changed_in_ = board_.HeardEpoch();
  }
  if (role_.empty()) {
    conditions_.Role(info.primary, started_by_, std::format("{}; {}", role, started_for_));
  } else {
    const std::string change = std::format("{} -> {}", role_, role);
    events_.Emit("RoleChanged", change);
    conditions_.Role(info.primary, "RoleChanged", change);
    if (role_ == kPrimary) EndSubscribers();
  }
  role_ = role;
}

std::optional<RoleChange> Monitor::Changed() const {
  if (!changed_) return std::nullopt;
  return RoleChange{.ago = Since(*changed_), .epoch = changed_in_};
}

void Monitor::EndSubscribers() {
  const Deadline deadline = Deadline::In(kCallTimeout);
  auto client = RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline);
  const Status ended = client ? client->EndSubscribers(deadline) : std::unexpected(client.error());
  if (!ended) LogWarning("subscribers", {{"err", ended.error().ToString()}});
}

void Monitor::NoteLabel(const Card& card) {
  using std::chrono::steady_clock;
  const bool cluster = settings_.layout.mode == Mode::kCluster;
  if (cluster && HearsMajority(card.engine.view)) majority_heard_ = steady_clock::now();
  const Milliseconds down_after(cluster ? settings_.node_timeout_milliseconds
                                        : settings_.sentinel.down_after_milliseconds);
  const RoleLabelPlan plan = PlanRoleLabel(
      {.primary = card.engine.info.primary,
       .majority_heard = majority_heard_ ? std::optional(Since(*majority_heard_)) : std::nullopt,
       .down_after = down_after,
       .confirmed = confirmed_.has_value()});
  const int round = plan.alone ? RoundAt(Since(*confirmed_)) : 0;
  const auto changed = Changed();
  // A replica says its role again for a while: whoever had promoted it may have labelled it late.
  const int again = changed ? RoundAt(std::min(changed->ago, kLateRound)) : 0;
  if (plan.own) label_.Set(*plan.own, card.engine.info.primary ? round : again);
  if (!cluster && (!changed || changed->ago >= kReadsLater)) {
    label_.Reads(!card.engine.info.primary);
  }
  // Between two calm looks nothing is said for a moment, and nothing taken back.
  const bool between =
      !plan.own && majority_heard_ && Since(*majority_heard_) < down_after + kCalmLook;
  if (!between) label_.KeepAlone(round);
  if (plan.own || !settings_.role_label) {
    unlabelled_.reset();
    unlabelled_told_ = false;
    return;
  }
  if (!unlabelled_) unlabelled_ = steady_clock::now();
  if (unlabelled_told_ || Since(*unlabelled_) < kUnlabelledTold) return;
  unlabelled_told_ = true;
  events_.Emit("RoleLabelWaiting",
               std::format("no majority is heard, so this primary does not say so on its pod; by "
                           "hand: kubectl label pod -n {} {} --overwrite bowline/role=primary",
                           settings_.name_space, settings_.PodOf(self_)),
               true);
}

void Monitor::AskPrimaries(const Card& card) {
  if (!card.engine.info.primary || confirmed_ || !HearsMajority(card.engine.view)) return;
  Cards cards = peers_.Gather(addresses_, Deadline::In(kCardsTimeout));
  cards[self_] = card;
  if (!SecureInLead(settings_.layout, state_.identity, cards, self_)) return;
  confirmed_ = std::chrono::steady_clock::now();
  NoteLabel(card);
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

void Monitor::NoteWhole(const Card& card) {
  if (card.damage.empty()) return;
  const EngineInfo& info = card.engine.info;
  // Nobody has led for a minute: what is here may be the best that is left.
  if (info.primary || info.link_up || Since(began_) > kDamagePatience) board_.SetWhole();
}

void Monitor::LookAtOthers(const Card& card) {
  const EngineInfo& info = card.engine.info;
  std::string in = std::format("{} {} {} {}", info.primary, info.primary_host, info.link_up,
                               info.replicas.size());
  if (calm_ && in == calm_in_ && Since(looked_) < kCalmLook) return;
  calm_in_ = std::move(in);
  looked_ = std::chrono::steady_clock::now();
  const bool in_order = AskOthers(card);
  calm_ = HealServer(card) && in_order;
}

bool Monitor::AskOthers(const Card& card) {
  cards_ = peers_.Gather(addresses_, Deadline::In(kCardsTimeout));
  Cards sentinels;
  for (const auto& [member, peer] : cards_) {
    if (member.kind == MemberKind::kSentinel) sentinels[member] = peer;
  }
  const QuorumView quorum = ViewOfSentinels(settings_.layout, sentinels);
  // The term is of this dataset only while it is the named primary's, or a copy of that.
  const EngineInfo& info = card.engine.info;
  const bool ours =
      quorum.decided && quorum.running > 0 &&
      (info.primary ? quorum.primary == self_
                    : info.link_up && MemberAt(addresses_, info.primary_host) == quorum.primary);
  if (ours) term_ = quorum.epochs.config;
  if (HearsMajority(settings_.layout, sentinels)) {
    majority_heard_ = std::chrono::steady_clock::now();
  }
  if (!ours || !info.primary) {
    confirmed_.reset();
  } else if (!confirmed_) {
    confirmed_ = std::chrono::steady_clock::now();
  }
  cut_handover_.Look(ours && info.primary && !handovers_.Running(), term_);
  board_.SetSentinels(std::move(sentinels), term_);
  const bool followed =
      !info.primary || std::ssize(info.replicas) == settings_.layout.replicas_per_shard;
  return ours && followed && !held_back_ &&
         std::ssize(cards_) + 1 == std::ssize(settings_.layout.Members());
}

bool Monitor::HealServer(const Card& card) {
  ServerHealPlan plan = PlanServerHeal({.layout = settings_.layout,
                                        .own = card,
                                        .announced = announced_,
                                        .addresses = addresses_,
                                        .peers = cards_,
                                        .held_back = held_back_,
                                        .lived = Since(began_),
                                        .changed = Changed()});
  if (board_.Paused()) {
    // What a start has left to do is no repair: a member that is in sync may be promoted again.
    plan.announce.reset();
    plan.follow.reset();
    plan.replace.reset();
  }
  // Cards of a switch that is on its way may differ by their age: whom to follow must be said
  // twice.
  const bool said_twice = plan.follow && plan.follow == said_;
  said_ = plan.follow;
  if (plan.Empty()) return true;
  if (plan.follow && !said_twice) return false;
  if (plan.announce || plan.follow || plan.replace) {
    events_.Emit("Repair", std::format("{}{}", plan.reason, kPauseStops));
  }
  const Status repaired = RepairServer(plan);
  if (!repaired) LogWarning("repair failed", {{"err", repaired.error().ToString()}});
  return false;
}

Status Monitor::RepairServer(const ServerHealPlan& plan) {
  if (plan.follow && board_.Last().engine.info.primary) {
    // What it has taken since the others have another primary is lost with the next full copy.
    const auto kept = KeepDatasetAndTell(paths_.data, plan.reason, events_, true);
    if (!kept) LogWarning("no copy of the dataset", {{"err", kept.error().ToString()}});
  }
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline));
  if (plan.announce) {
    RETURN_IF_ERROR(client.AnnounceReplica(plan.announce->ip, deadline));
    announced_ = *plan.announce;
  }
  if (plan.follow) {
    RETURN_IF_ERROR(client.StepBack(addresses_.at(*plan.follow), deadline));
    RETURN_IF_ERROR(client.ResumeWrites(deadline));  // a handover that was cut off has paused them
  }
  if (plan.release) {
    if (!stale_) RETURN_IF_ERROR(client.ConfigSet("replica-priority", "100", deadline));
    held_back_ = false;
  }
  return plan.replace ? Replace(*plan.replace) : Status();
}

Status Monitor::Replace(MemberName primary) {
  return ReplaceDead({.settings = settings_,
                      .addresses = addresses_,
                      .secrets = secrets_,
                      .identity = state_.identity,
                      .self = primary,
                      .self_ip = addresses_.at(primary).ip,
                      .volume = ""},
                     Deadline::In(kReplaceTimeout));
}

AddressBook Monitor::LookUpAddresses() {
  AddressAnswers answers = ResolveMembers(settings_, Deadline::In(kDnsTimeout));
  for (const auto& [member, endpoint] : answers.book) addresses_[member] = endpoint;
  board_.SetAddresses(addresses_);
  return std::move(answers.book);
}

void Monitor::HealShard(const Card& card, const AddressBook& answered) {
  const HealPlan plan = PlanHeal({.layout = settings_.layout,
                                  .identity = state_.identity,
                                  .self = self_,
                                  .engine = card.engine,
                                  .announced = announced_,
                                  .addresses = answered});
  if (plan.Empty() || board_.Paused()) return;
  events_.Emit("AddressRepair", std::format("{}{}", plan.reason, kPauseStops));
  const Status repaired = RepairShard(plan);
  if (!repaired) LogWarning("repair failed", {{"err", repaired.error().ToString()}});
}

Status Monitor::RepairShard(const HealPlan& plan) {
  const Deadline deadline = Deadline::In(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client,
                   RespClient::Connect("127.0.0.1", settings_.ports.client, login_, deadline));
  if (plan.announce) {
    RETURN_IF_ERROR(client.ConfigSet("cluster-announce-ip", plan.announce->ip, deadline));
    RETURN_IF_ERROR(client.AnnounceReplica(plan.announce->ip, deadline));
    announced_ = *plan.announce;
  }
  for (const Endpoint& endpoint : plan.meet) {
    RETURN_IF_ERROR(client.ClusterMeet(endpoint, deadline));
  }
  if (plan.replicate) RETURN_IF_ERROR(client.ClusterReplicate(*plan.replicate, deadline));
  return {};
}

}  // namespace bowline
