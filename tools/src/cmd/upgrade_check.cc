#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <memory>

#include "apply/upgrade/await_trial.h"
#include "apply/upgrade/check.h"
#include "apply/upgrade/trial.h"
#include "base/timing.h"
#include "cmd/verbs.h"
#include "sys/env.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kBetween{500};

struct GateFlags {
  std::string folder = "/etc/bowline-gate";
  std::string run = "/run/bowline";
  std::string name_space = EnvOr("POD_NAMESPACE", "");
};

/// Calls until one succeeds, or fails for a reason that does not pass, or the deadline is over.
/// "Not permitted" passes, too: the Role was made a moment ago, and each API server learns of it by
/// itself.
template <typename Call>
auto Repeat(const Call& call, Deadline deadline) {
  while (true) {
    auto result = call(deadline);
    if (result) return result;
    const Code code = result.error().code;
    const bool passing = code == Code::kUnavailable || code == Code::kDeadlineExceeded ||
                         code == Code::kPermissionDenied;
    if (!passing || !deadline.Sleep(kBetween)) return result;
    LogWarning("trying again", {{"err", result.error().ToString()}});
  }
}

Result<AskedState> LoadAsked(const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::string gate, ReadFile(folder / "gate.json"));
  ASSIGN_OR_RETURN(const std::string declared, ReadFile(folder / "bowline.json"));
  auto asked = ReadAsked(gate, declared);
  if (!asked) return FailWith(asked, folder.string());
  return asked;
}

/// kFailedPrecondition when something speaks against the upgrade: all of it is printed.
Status Judge(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    if (refusal.confirmed)
      LogWarning("confirmed", {{"value", refusal.value}, {"what", refusal.what}});
  }
  const std::string text = PrintRefusals(refusals);
  if (text.empty()) return {};
  return Fail(Code::kFailedPrecondition,
              "refused, nothing has been changed. The way back is helm upgrade with the former "
              "values.\n{}",
              text);
}

Status RunGate(const GateFlags& flags) {
  const Deadline deadline = Deadline::In(kGateTime);
  const Deadline trial_deadline = Deadline::In(kGateTrial);
  ASSIGN_OR_RETURN(const AskedState asked, LoadAsked(flags.folder));
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(
      const InstalledState installed,
      Repeat([&](Deadline within) { return FindInstalled(api, flags.name_space, asked, within); },
             deadline.Within(kGateApi)));
  std::vector<Refusal> refusals = CheckUpgrade(installed, asked);
  if (asked.try_engine) {
    ASSIGN_OR_RETURN(const EngineTrial trial,
                     AwaitTrial(api, RefOf(ReadPodEnv()),
                                std::filesystem::path(flags.run) / kTrialFile, trial_deadline));
    std::ranges::move(CheckTrial(trial, installed, asked), std::back_inserter(refusals));
  }
  RETURN_IF_ERROR(Judge(refusals));
  if (!asked.create_secret) return {};
  return Repeat(
      [&](Deadline within) { return MakePasswords(api, flags.name_space, asked, within); },
      deadline.Within(kGateApi));
}

}  // namespace

VerbAction DeclareUpgradeCheck(CLI::App& app) {
  const auto flags = std::make_shared<GateFlags>();
  app.add_option("--gate", flags->folder, "what is to be installed, as the chart renders it");
  app.add_option("--run", flags->run, "where the container beside this one tells of the engine");
  app.add_option("--namespace", flags->name_space, "its namespace");
  return [flags](const CommonFlags&) -> Result<ExitCode> {
    RETURN_IF_ERROR(RunGate(*flags));
    return ExitCode::kOk;
  };
}

}  // namespace bowline
