#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "apply/handover.h"
#include "apply/observe.h"
#include "base/json.h"
#include "cmd/verbs.h"
#include "plan/candidate.h"

namespace bowline {
namespace {

constexpr Milliseconds kLookTimeout{5000};
constexpr Milliseconds kHandoverTimeout{30'000};

struct FailoverFlags {
  int shard = -1;
  std::string to;
  bool dry_run = false;
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

Result<ExitCode> RunFailover(const Settings& settings, FailoverFlags flags) {
  if (settings.layout.mode == Mode::kSentinel && flags.shard == -1) flags.shard = 0;
  if (flags.shard < 0 || flags.shard >= settings.layout.shards) {
    return Fail(Code::kInvalidArgument, "--shard is {}: use 0 to {}",
                flags.shard == -1 ? "missing" : std::to_string(flags.shard),
                settings.layout.shards - 1);
  }
  ASSIGN_OR_RETURN(const auto wanted, WantedTarget(settings.layout, flags));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  const Observation seen = Observe(settings, secrets, Deadline::In(kLookTimeout));
  ASSIGN_OR_RETURN(const Identity identity, IdentityOf(settings, seen.cards));
  const auto primaries = PrimariesOf(settings.layout, seen.cards, flags.shard);
  if (primaries.empty()) {
    return Fail(Code::kUnavailable, "shard {} has no primary that answers", flags.shard);
  }
  const MemberName primary = primaries.front();
  auto candidate = BestCandidate(settings.layout, seen.cards, flags.shard, primary, true);
  if (wanted) candidate = Candidate{.member = *wanted, .reason = "asked for"};
  if (!candidate) {
    return Fail(Code::kFailedPrecondition, "shard {} has no replica in sync", flags.shard);
  }
  JsonWriter plan(true);
  plan.BeginObject().Field("shard", flags.shard).Field("from", primary.ToString());
  plan.Field("to", candidate->member.ToString()).Field("why", candidate->reason);
  plan.Field("dryRun", flags.dry_run).EndObject();
  (void)std::printf("%s\n", plan.Take().c_str());
  if (flags.dry_run) return ExitCode::kOk;
  ASSIGN_OR_RETURN(const HandoverResult result,
                   HandOverPlanned({.settings = settings,
                                    .addresses = seen.addresses,
                                    .secrets = secrets,
                                    .identity = identity,
                                    .self = primary,
                                    .self_ip = seen.addresses.at(primary).ip,
                                    .volume = {}},
                                   Deadline::In(kHandoverTimeout), &candidate->member));
  return result == HandoverResult::kDone ? ExitCode::kOk : ExitCode::kFalse;
}

}  // namespace

VerbAction DeclareFailover(CLI::App& app) {
  const auto flags = std::make_shared<FailoverFlags>();
  app.add_option("--shard", flags->shard, "number of the shard (cluster mode)");
  app.add_option("--to", flags->to, "the member that shall lead, e.g. shard-0-1 or server-1");
  app.add_flag("--dry-run", flags->dry_run, "print the plan as JSON and do nothing");
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    return RunFailover(settings, *flags);
  };
}

}  // namespace bowline
