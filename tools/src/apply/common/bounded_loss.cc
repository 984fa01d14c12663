#include "apply/common/bounded_loss.h"

#include <format>

#include "base/timing.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kBetweenEvents{60'000};

Milliseconds Now() { return Since({}); }

std::chrono::seconds InSeconds(Milliseconds span) {
  return std::chrono::duration_cast<std::chrono::seconds>(span);
}

}  // namespace

BoundedLoss::BoundedLoss(Lane& lane, const LiveSettings& settings, MemberName self, LiveState& live,
                         EventSink& events, PodConditions& conditions)
    : settings_(settings),
      replicas_(settings->layout.OthersOf(self)),
      live_(live),
      events_(events),
      conditions_(conditions) {
  if (replicas_.empty()) return;
  step_.emplace(lane, "bounded loss", [this] { return LookAndTell(); });
}

BoundedLoss::~BoundedLoss() {
  step_.reset();
  live_.SetUnreplicated(-1, "");
}

Milliseconds BoundedLoss::LookAndTell() {
  if (!Bound()) {
    End(settings_->max_unreplicated_seconds > 0 ? "it leads no more"
                                                : "maxUnreplicatedSeconds is 0");
    return kLossIdle;
  }
  const Status looked = Look();
  const std::string problem = looked ? "" : looked.error().ToString();
  if (!looked) {
    client_.reset();  // a late answer would be taken for the next one's
    if (problem != problem_) LogInfo("what replicas acknowledge is not known", {{"err", problem}});
  }
  problem_ = problem;
  Tell();
  return judge_.waiting() ? kLossRenew : kLossLook;
}

bool BoundedLoss::Bound() {
  if (settings_->max_unreplicated_seconds <= 0) return false;
  return live_.LastAnswer().info.primary && live_.Last().phase == Phase::kRunning;
}

Status BoundedLoss::Look() {
  const Deadline deadline = Deadline::In(kLossCall);
  if (!client_) {
    ASSIGN_OR_RETURN(client_, ConnectToOwn(*settings_.Get(), settings_.Secrets(), deadline));
  }
  const Milliseconds asked = Now();
  ASSIGN_OR_RETURN(const Reply reply, client_->Ask({"INFO", "replication"}, deadline));
  ASSIGN_OR_RETURN(const EngineInfo info, ParseEngineInfo(reply.text));
  if (!info.primary) {
    judge_.Forget();
    return {};
  }
  judge_.Look(LookOf(info, replicas_, live_.Addresses()), asked);
  if (!judge_.Judge(std::chrono::seconds(settings_->max_unreplicated_seconds), Now())) return {};
  RETURN_IF_ERROR(client_->PauseWrites(kLossPause, Deadline::In(kLossCall)));
  return FreeSentinels(Deadline::In(kLossCall));
}

Status BoundedLoss::FreeSentinels(Deadline deadline) {
  if (settings_->layout.mode != Mode::kSentinel) return {};
  if (freed_ && Since(*freed_) < kFreeSentinels) return {};
  freed_ = Clock::now();
  ASSIGN_OR_RETURN(const std::vector<ClientLine> clients, client_->ClientList("normal", deadline));
  for (const std::string& id : HeldSentinels(clients)) {
    (void)client_->Command({"CLIENT", "KILL", "ID", id}, deadline);  // it may have gone by itself
  }
  return {};
}

void BoundedLoss::Tell() {
  const auto since = judge_.Since();
  const Milliseconds age = since ? Now() - *since : Milliseconds(0);
  const std::string what =
      std::format("no replica has acknowledged for {} s, {} are allowed (maxUnreplicatedSeconds){}",
                  InSeconds(age).count(), settings_->max_unreplicated_seconds,
                  problem_.empty() ? "" : "; the engine could not be asked: " + problem_);
  live_.SetUnreplicated(age.count(), judge_.waiting() ? what : "");
  if (judge_.waiting()) {
    TellWait(what);
  } else if (began_) {
    TellGoOn("a replica has acknowledged");
  } else if (!bound_) {
    conditions_.Replicated(true, "Acknowledged", "replicas acknowledge what is written");
  }
  bound_ = true;
}

void BoundedLoss::TellWait(const std::string& what) {
  if (!began_) {
    began_ = Clock::now();
    conditions_.Replicated(false, "WritesWait", what);
  }
  if (told_ && Since(*told_) < kBetweenEvents) return;
  told_ = Clock::now();
  events_.Emit("WritesWait",
               "writes wait until a replica acknowledges: " + what +
                   "; to let them go on without: helm upgrade with maxUnreplicatedSeconds=0",
               true);
}

void BoundedLoss::TellGoOn(const std::string& why) {
  events_.Emit("WritesGoOn", std::format("writes have waited for {} s; {}",
                                         InSeconds(Since(*began_)).count(), why));
  conditions_.Replicated(true, "Acknowledged", why);
  began_.reset();
  told_.reset();
  freed_.reset();
}

void BoundedLoss::End(const std::string& why) {
  if (!bound_) return;
  judge_.Forget();
  client_.reset();
  if (began_) TellGoOn(why);
  live_.SetUnreplicated(-1, "");
  conditions_.Replicated(true, "NoBound", why);
  bound_ = false;
}

}  // namespace bowline
