#include "apply/common/state_watch.h"

#include <algorithm>

#include "apply/common/context.h"
#include "plan/common/release_topology.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kRestingLook{10'000};
constexpr Milliseconds kEagerLook{2500};
constexpr Milliseconds kReportsTimeout{500};
constexpr Milliseconds kDnsTimeout{500};
constexpr Milliseconds kApiTimeout{1000};  // an exit waits for it

}  // namespace

void StateKeeper::Read(Time now, const ConfigMapState& record) {
  version_ = record.resource_version;
  recorded_ = ReadState(record.labels, record.annotations);
  teller_.Read(now, recorded_);
}

void StateKeeper::Look(Time now, const ReleaseLook& look, Deadline deadline) {
  if (version_.empty()) return;
  const auto wanted = teller_.Look(now, look, Rfc3339Seconds());
  if (!wanted) return;
  const auto api = KubeApi::InCluster();
  const Status written =
      api ? api->MarkConfigMap(name_space_, record_, version_, {{kState, wanted->state}},
                               StateAnnotations(*wanted), deadline)
          : std::unexpected(api.error());
  version_.clear();
  if (written) {
    if (wanted->state != recorded_.state) {
      LogInfo("the state of the release",
              {{"state", wanted->state}, {"was", recorded_.state}, {"why", wanted->reason}});
    }
    teller_.Written(*wanted);
    recorded_ = *wanted;
  }
  // Somebody was faster, or has deleted the record: the next read tells.
  const bool known =
      written || written.error().code == Code::kAborted || written.error().code == Code::kNotFound;
  const std::string problem = known ? "" : written.error().ToString();
  if (!problem.empty() && problem != problem_) {
    LogWarning("the state of the release cannot be written", {{"err", problem}});
  }
  problem_ = problem;
}

StateWatch::StateWatch(Lane& lane, const LiveSettings& settings, MemberName self,
                       const ModeRules& rules, LiveState& live, Peers& peers)
    : settings_(settings), self_(self), rules_(rules), live_(live), peers_(peers) {
  if (settings_->record.empty() || !self.HoldsData()) return;
  keeper_.emplace(settings_->name_space, settings_->record, self);
  step_.emplace(lane, "the state of the release", [this] { return Look(); });
}

void StateWatch::Read(const ConfigMapState& record) {
  if (keeper_) keeper_->Read(Since({}), record);
}

AddressBook StateWatch::Addresses() {
  AddressBook addresses = live_.Addresses();
  if (!addresses.empty()) return addresses;
  if (found_.size() < settings_->layout.Members().size()) {
    found_ = ResolveMembers(*settings_.Get(), Deadline::In(kDnsTimeout)).book;
  }
  return found_;
}

bool StateWatch::LowerWrites(const Report& own, const AddressBook& addresses) {
  const Settings settings = *settings_.Get();
  const Identity identity{.installation = own.installation,
                          .name_space = settings.name_space,
                          .release = settings.release};
  if (rules_.LowerMemberRuns(settings.layout, identity, self_, own.engine)) return true;
  std::vector<MemberName> lower;
  for (const MemberName member : settings.layout.Members()) {
    if (member.HoldsData() && member < self_) lower.push_back(member);
  }
  if (lower.empty()) return false;
  Reports reports = peers_.GatherOf(addresses, lower, Deadline::In(kReportsTimeout));
  reports[self_] = own;
  return !WritesState(self_, reports);
}

Milliseconds StateWatch::Look() {
  const Report own = live_.Last();
  const AddressBook addresses = Addresses();
  if (own.phase == Phase::kStopping || LowerWrites(own, addresses)) {
    keeper_->Rest();
    return kRestingLook;
  }
  Reports reports = peers_.Gather(addresses, Deadline::In(kReportsTimeout));
  reports[self_] = own;
  if (!WritesState(self_, reports)) {
    keeper_->Rest();
    return kRestingLook;
  }
  Settings settings = *settings_.Get();
  settings.revision = settings_.Declared()->revision;
  const Topology topology = DescribeRelease(settings, addresses, reports, rules_, UnixSeconds());
  keeper_->Look(Since({}),
                LookAtRelease(settings.layout, topology, reports, rules_, keeper_->recorded()),
                Deadline::In(kApiTimeout));
  return keeper_->Said() ? kRestingLook : kEagerLook;
}

}  // namespace bowline
