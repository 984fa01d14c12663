#include "apply/common/fence.h"

#include <algorithm>

#include "apply/common/mode_driver.h"
#include "base/timing.h"
#include "sys/counters.h"
#include "sys/env.h"
#include "sys/log.h"

namespace bowline {
namespace {

// INFO's lag is in whole seconds; a replica acknowledges each second.
constexpr int kHeardLag = 1;
// More than all calls of one look may take together: the rest was no call, this program did not
// run.
constexpr Milliseconds kLongestCalls{2000};

Milliseconds Now() { return Since({}); }

}  // namespace

Fence::Fence(Lane& lane, const LiveSettings& settings, MemberName self, const ModeDriver& driver,
             Identity identity, LiveState& live, EventSink& events, Peers& peers,
             LinkWatch::Options options)
    : settings_(settings),
      self_(self),
      rules_(driver.rules()),
      identity_(std::move(identity)),
      live_(live),
      events_(events),
      peers_(peers),
      links_(settings, driver, identity_, options),
      trust_loopback_(options.trust_loopback),
      own_ip_(ReadPodEnv().ip),
      members_(settings->layout.Members()),
      group_(rules_.FenceGroupOf(settings->layout, identity_, self, {})),
      replaced_after_(rules_.ReplacedAfter(*settings.Get())),
      judge_(replaced_after_) {
  if (group_.replicas.empty()) return;
  step_.emplace(lane, "fence", [this] { return LookAndTell(); });
}

Fence::~Fence() {
  step_.reset();
  live_.SetFenced(std::nullopt);
}

Milliseconds Fence::LookAndTell() {
  const bool leads = Leads();
  if (leads) {
    Look(Deadline::In(kFenceLook));  // until then it waits for what the connections tell
  } else {
    judge_.Restart(Now());
  }
  Tell(leads);
  return leads ? Milliseconds(0) : kFenceLook;
}

bool Fence::Leads() {
  const EngineSnapshot answer = live_.LastAnswer();
  if (!answer.view.empty()) view_ = answer.view;
  return settings_->fencing && answer.info.primary && live_.Last().phase == Phase::kRunning;
}

void Fence::Look(Deadline end) {
  const Milliseconds began = Now();
  // Running sentinels keep the time that they were started with: the shorter one holds.
  judge_.SetReplacedAfter(std::min(replaced_after_, rules_.ReplacedAfter(*settings_.Get())));
  const AddressBook addresses = live_.Addresses();
  const auto replicas = links_.Replicas(judge_.InDoubt(group_, began));
  if (replicas) {
    judge_.Replicas(*replicas, Now());
    UseEvidence(std::string(kKernelEvidence));
  } else {
    UseEvidence("INFO's lag and the voters' reports: " + replicas.error().message);
    LookWithoutKernel(addresses);
  }
  if (judge_.InDoubt(group_, Now())) {
    group_ = rules_.FenceGroupOf(settings_->layout, identity_, self_, view_);
    replicas ? LookAtVoters(addresses) : AskVoters(addresses);
  }
  calls_ += Now() - began;
  Hear(end);
  const bool cut = judge_.Judge(group_, Now(), std::min(calls_, kLongestCalls));
  const Milliseconds judged = Now();
  if (cut) Pause();
  calls_ = Now() - judged;
}

void Fence::LookWithoutKernel(const AddressBook& addresses) {
  const EngineSnapshot answer = live_.LastAnswer();
  std::vector<LinkLook> looks;
  for (const MemberName member : group_.replicas) {
    const auto address = addresses.find(member);
    const bool follows =
        address != addresses.end() &&
        std::ranges::any_of(answer.info.replicas, [&](const ReplicaEntry& replica) {
          return replica.ip == address->second.ip && replica.state == "online" &&
                 replica.lag_seconds >= 0 && replica.lag_seconds <= kHeardLag;
        });
    if (follows) heard_[member] = Now();
    const auto heard = heard_.find(member);
    if (heard == heard_.end()) continue;  // it has not come yet
    looks.push_back({.id = member.ToString(),
                     .outstanding = true,
                     .acked_bytes = static_cast<std::uint64_t>(heard->second.count()),
                     .since_heard = Now() - heard->second});
  }
  judge_.Replicas(looks, Now());
}

void Fence::AskVoters(const AddressBook& addresses) {
  if (!judge_.MustAsk(group_, Now())) return;
  judge_.Asked(Now());
  const Reports reports =
      peers_.GatherOf(addresses, group_.voters, Deadline::In(kVoterReports), PeerViews::kUnread);
  for (const auto& [member, report] : reports) judge_.Reached(member, Now());
}

void Fence::LookAtVoters(const AddressBook& addresses) {
  for (const auto& [member, link] : links_.Voters(group_.voters, addresses)) {
    judge_.Voter(member, link, Now());
  }
  if (!judge_.MustAsk(group_, Now())) return;
  // A new connection proves as much as an old one, and is the first that is made after a cut.
  Connect(group_.voters, addresses);
  // While writes are paused the engine takes no PUBLISH; what waits to be sent asks as well.
  if (judge_.fenced() || links_.Send()) judge_.Asked(Now());
}

void Fence::Connect(const std::vector<MemberName>& members, const AddressBook& addresses) {
  const AddressBook shown = peers_.Shown(members);
  for (const MemberName member : members) {
    const auto tag =
        static_cast<std::size_t>(std::ranges::find(members_, member) - members_.begin());
    const auto address = addresses.find(member);
    if (address == addresses.end()) continue;
    Connect(tag, address->second);
    const auto pod = shown.find(member);
    // A mesh in this pod shows its own address for everybody's.
    if (pod == shown.end() || pod->second.ip == own_ip_) continue;
    if (IsLoopback(pod->second.ip) && !trust_loopback_) continue;
    Connect(members_.size() + tag, {.ip = pod->second.ip, .port = address->second.port});
  }
}

void Fence::Connect(std::size_t tag, const Endpoint& to) {
  if (!reach_.BeginConnect(tag, to.ip, to.port)) judge_.CouldNotAsk(Now());
}

void Fence::Hear(Deadline end) {
  std::vector<MemberName> shown;
  do {
    for (const std::size_t tag : reach_.Wait(end)) {
      if (tag < members_.size()) {
        judge_.Reached(members_[tag], Now());
      } else {
        shown.push_back(members_[tag - members_.size()]);
      }
    }
  } while (!end.Passed());
  if (!shown.empty()) AskShown(shown);
}

void Fence::AskShown(const std::vector<MemberName>& members) {
  const Milliseconds asked = Now();
  const Reports reports = peers_.GatherOf(peers_.Shown(members), members,
                                          Deadline::In(kVoterReports), PeerViews::kUnread);
  for (const auto& [member, report] : reports) judge_.Reached(member, Now());
  calls_ += Now() - asked;
}

void Fence::Pause() {
  const Status paused = links_.PauseWrites(kFencePause);
  const std::string problem = paused ? "" : paused.error().ToString();
  if (problem != problem_ && !paused) LogWarning("cannot pause writes", {{"err", problem}});
  problem_ = problem;
}

void Fence::UseEvidence(const std::string& evidence) {
  if (evidence == evidence_) return;
  evidence_ = evidence;
  live_.SetFenceEvidence(evidence);
  LogInfo("what fencing looks at", {{"evidence", evidence}});
}

void Fence::Tell(bool leads) {
  if (judge_.fenced()) {
    const bool paused = problem_.empty();
    const std::string why = judge_.Describe(group_, Now());
    live_.SetFenced(paused ? why : why + "; the pause fails: " + problem_);
    if (told_at_ && told_paused_ == paused) return;
    if (!told_at_) {
      told_at_ = Now();
      ProcessCounters().Add("bowline_fences_total");
    }
    told_paused_ = paused;
    events_.Emit("Fenced",
                 (paused ? "cut off, writes are paused: "
                         : "cut off, but writes cannot be paused (" + problem_ + "): ") +
                     why,
                 true);
  } else if (told_at_) {
    live_.SetFenced(std::nullopt);
    const std::string why = leads ? "the others are heard again" : "it leads no more";
    events_.Emit("FenceLifted",
                 std::format("writes were paused for {} ms; {}", (Now() - *told_at_).count(), why));
    told_at_.reset();
  }
}

}  // namespace bowline
