#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <format>
#include <memory>
#include <optional>

#include "apply/common/events.h"
#include "apply/common/handovers.h"
#include "apply/common/observe.h"
#include "apply/driver.h"
#include "base/json.h"
#include "cmd/verbs.h"
#include "plan/common/stop_budget.h"
#include "plan/common/sync_proof.h"
#include "sys/env.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLookTimeout{5000};
constexpr Milliseconds kHandoverTimeout{30'000};

struct FailoverFlags {
  int shard = -1;
  std::string to;
  bool dry_run = false;
  bool accept_loss = false;
};

/// --to; nothing when it is not given.
Result<std::optional<MemberName>> WantedTarget(const Layout& layout, const FailoverFlags& flags) {
  if (flags.to.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const MemberName wanted, MemberName::Parse(flags.to));
  const std::vector<MemberName> members = layout.MembersOf(flags.shard);
  if (std::ranges::contains(members, wanted)) return wanted;
  return Fail(Code::kInvalidArgument,
              "--to is {}: use {} to {} (a changed number of members is seen in a pod when the "
              "kubelet has renewed its configuration, up to two minutes after the change)",
              flags.to, members.front().ToString(), members.back().ToString());
}

void PrintPlan(const FailoverFlags& flags, MemberName from, const Candidate& to) {
  JsonWriter plan(true);
  plan.BeginObject().Field("shard", flags.shard).Field("from", from.ToString());
  plan.Field("to", to.member.ToString()).Field("reason", to.reason);
  plan.Field("acceptLoss", flags.accept_loss).Field("dryRun", flags.dry_run).EndObject();
  (void)std::printf("%s\n", plan.Take().c_str());
}

struct Failover {
  const Settings& settings;
  const FailoverFlags& flags;
  std::optional<MemberName> wanted;
  EngineSecrets secrets;
  Observation seen;
  Identity identity;

  [[nodiscard]] HandoverContext From(MemberName primary) const {
    return {.settings = settings,
            .driver = DriverOf(settings.layout),
            .addresses = seen.addresses,
            .secrets = secrets,
            .identity = identity,
            .self = primary,
            .self_ip = seen.addresses.at(primary).ip,
            .volume = {}};
  }
};

/// The member that leads the shard by what the others know, although it does not answer.
Result<MemberName> DeadPrimary(const Failover& failover) {
  const Layout& layout = failover.settings.layout;
  const Reports& reports = failover.seen.reports;
  const auto primary = DriverOf(layout)
                           .rules()
                           .View(layout, failover.identity, reports, failover.flags.shard)
                           .primary;
  if (primary && failover.seen.addresses.contains(*primary)) return *primary;
  return Fail(Code::kUnavailable, "nobody that answers knows which member leads shard {}: {}",
              failover.flags.shard,
              layout.sentinels > 0 ? "a sentinel must run" : "another member must run");
}

/// The Event is about the pod in which the command runs.
void TellLoss(const Settings& settings, const Report& leads) {
  Lane api("api");
  EventSink events(api, ReadPodEnv(), settings.events);
  events.Emit("LossAccepted",
              std::format("bowline failover --accept-loss: {} leads; it has missed {} s of writes, "
                          "these are lost (its link has been down for {} s)",
                          leads.member.ToString(), leads.missed_seconds,
                          leads.engine.info.link_down_seconds),
              true);
}

/// The shard has no primary: the newest dataset of those that are heard leads, whatever it has
/// missed.
Result<ExitCode> AcceptLoss(const Failover& failover) {
  const Layout& layout = failover.settings.layout;
  const Reports& reports = failover.seen.reports;
  const int shard = failover.flags.shard;
  ASSIGN_OR_RETURN(const MemberName primary, DeadPrimary(failover));
  auto candidate = NewestReplica(layout, reports, shard, primary);
  if (failover.wanted) {
    const auto report = reports.find(*failover.wanted);
    if (report == reports.end() || !CanTakeOver(report->second)) {
      return Fail(Code::kFailedPrecondition, "--to {} does not run as a replica with data",
                  failover.wanted->ToString());
    }
    candidate = Candidate{.member = *failover.wanted, .reason = "asked for", .position = {}};
  }
  if (!candidate) {
    return Fail(Code::kFailedPrecondition, "shard {} has no replica that runs with data", shard);
  }
  PrintPlan(failover.flags, primary, *candidate);
  if (failover.flags.dry_run) return ExitCode::kOk;
  const ModeRules& rules = DriverOf(layout).rules();
  const bool quorum = rules.View(layout, failover.identity, reports, shard).quorum;
  RETURN_IF_ERROR(TakeOverDead(failover.From(primary),
                               {.member = candidate->member,
                                .without_quorum = rules.PromotesWithoutQuorum() && !quorum,
                                .accept_loss = true},
                               Deadline::In(kHandoverTimeout)));
  TellLoss(failover.settings, reports.at(candidate->member));
  return ExitCode::kOk;
}

Result<ExitCode> HandOver(const Failover& failover, MemberName primary) {
  const int shard = failover.flags.shard;
  auto candidate = BestForHandover(failover.settings.layout, failover.seen.reports, shard, primary);
  if (failover.wanted) {
    candidate = Candidate{.member = *failover.wanted, .reason = "asked for", .position = {}};
  }
  if (!candidate) {
    return Fail(Code::kFailedPrecondition, "shard {} has no replica in sync", shard);
  }
  PrintPlan(failover.flags, primary, *candidate);
  if (failover.flags.dry_run) return ExitCode::kOk;
  const Settings& settings = failover.settings;
  const auto address = failover.seen.addresses.find(primary);
  if (address == failover.seen.addresses.end()) {
    return Fail(Code::kUnavailable, "{} has no known address", primary.ToString());
  }
  // Done by the primary's own program: this command may be killed at any moment.
  const PeerTarget program{.member = primary,
                           .pod = settings.PodOf(primary),
                           .ip = address->second.ip,
                           .port = settings.ports.peers};
  const Milliseconds budget = std::min<Milliseconds>(
      kHandoverTimeout, HandoverTime(std::chrono::seconds(settings.grace_seconds)));
  ASSIGN_OR_RETURN(
      const HandoverEnd end,
      AskForHandover(PeerChannelOf(settings, failover.secrets, failover.identity.installation),
                     program,
                     {.id = "",
                      .by = "bowline failover in " + EnvOr("POD_NAME", "a place of its own"),
                      .target = failover.wanted ? failover.wanted->ToString() : ""},
                     false, Deadline::In(budget)));
  LogInfo("the handover", {{"how", HandoverResultName(end.result)}, {"why", end.why}});
  return end.result == HandoverResult::kDone ? ExitCode::kOk : ExitCode::kFalse;
}

Result<ExitCode> RunFailover(const Settings& settings, FailoverFlags flags) {
  if (settings.layout.shards == 1 && flags.shard == -1) flags.shard = 0;
  if (flags.shard < 0 || flags.shard >= settings.layout.shards) {
    return Fail(Code::kInvalidArgument, "--shard is {}: use 0 to {}",
                flags.shard == -1 ? "missing" : std::to_string(flags.shard),
                settings.layout.shards - 1);
  }
  ASSIGN_OR_RETURN(const auto wanted, WantedTarget(settings.layout, flags));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadPasswords(settings));
  Observation seen =
      Observe(settings, DriverOf(settings.layout).rules(), secrets, Deadline::In(kLookTimeout));
  ASSIGN_OR_RETURN(const Identity identity, IdentityOf(settings, seen.reports));
  const auto primaries = PrimariesOf(settings.layout, seen.reports, flags.shard);
  const Failover failover{.settings = settings,
                          .flags = flags,
                          .wanted = wanted,
                          .secrets = secrets,
                          .seen = std::move(seen),
                          .identity = identity};
  if (flags.accept_loss && !primaries.empty()) {
    return Fail(Code::kFailedPrecondition,
                "{} leads shard {} and answers, so nothing need be lost: leave out --accept-loss",
                primaries.front().ToString(), flags.shard);
  }
  if (flags.accept_loss) return AcceptLoss(failover);
  if (primaries.empty()) {
    return Fail(Code::kUnavailable,
                "shard {} has no primary that answers; --accept-loss has the newest replica lead, "
                "without the writes that it has missed",
                flags.shard);
  }
  return HandOver(failover, primaries.front());
}

}  // namespace

VerbAction DeclareFailover(CLI::App& app) {
  const auto flags = std::make_shared<FailoverFlags>();
  app.add_option("--shard", flags->shard, "number of the shard (cluster mode)");
  app.add_option("--to", flags->to, "the member that shall lead, e.g. shard-0-1 or server-1");
  app.add_flag("--accept-loss", flags->accept_loss,
               "when no primary answers: the newest replica leads, without the writes that it has "
               "missed");
  app.add_flag("--dry-run", flags->dry_run, "print the plan as JSON and do nothing");
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    return RunFailover(settings, *flags);
  };
}

}  // namespace bowline
