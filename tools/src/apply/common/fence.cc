#include "apply/common/fence.h"

#include <algorithm>

#include "apply/common/mode_driver.h"
#include "sys/log.h"

namespace bowline {
namespace {

// Of one pause; renewed at each look, and the engine keeps the latest end.
constexpr Milliseconds kPause{500};
// INFO's lag is in whole seconds; a replica acknowledges each second.
constexpr int kHeardLag = 1;
// Of the voters' reports, where the kernel cannot tell.
constexpr Milliseconds kReportPatience{150};
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
      members_(settings->layout.Members()),
      group_(rules_.FenceGroupOf(settings->layout, identity_, self, {})),
      replaced_after_(rules_.ReplacedAfter(*settings.Get())),
      judge_(replaced_after_) {
  if (group_.replicas.empty()) return;
  step_.emplace(lane, "fence", [this] { return LookAndTell(); });
}

Fence::~Fence() {
  step_.reset();
  live_.SetFenced("");
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
    UseEvidence("the engine's connections");
  } else {
    UseEvidence("INFO's lag and the voters' reports: " + replicas.error().message);
    LookWithoutKernel(addresses);
  }
  if (judge_.InDoubt(group_, Now())) {
    group_ = rules_.FenceGroupOf(settings_->layout, identity_, self_, view_);
    replicas ? LookAtVoters(addresses) : AskVoters(addresses);
  }
  calls_ += Now() - began;
  do {
    for (const std::size_t tag : reach_.Wait(end)) judge_.Reached(members_[tag], Now());
  } while (!end.Passed());
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
      peers_.GatherOf(addresses, group_.voters, Deadline::In(kReportPatience), PeerViews::kUnread);
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
  for (const MemberName member : members) {
    const auto address = addresses.find(member);
    if (address == addresses.end()) continue;
    const auto tag = std::ranges::find(members_, member) - members_.begin();
    if (!reach_.BeginConnect(static_cast<std::size_t>(tag), address->second.ip,
                             address->second.port)) {
      judge_.CouldNotAsk(Now());
    }
  }
}

void Fence::Pause() {
  const Status paused = links_.PauseWrites(kPause);
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
    if (!told_at_) told_at_ = Now();
    told_paused_ = paused;
    events_.Emit("Fenced",
                 (paused ? "cut off, writes are paused: "
                         : "cut off, but writes cannot be paused (" + problem_ + "): ") +
                     why,
                 true);
  } else if (told_at_) {
    live_.SetFenced("");
    const std::string why = leads ? "the others are heard again" : "it leads no more";
    events_.Emit("FenceLifted",
                 std::format("writes were paused for {} ms; {}", (Now() - *told_at_).count(), why));
    told_at_.reset();
  }
}

}  // namespace bowline
