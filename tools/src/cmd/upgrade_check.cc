#include <CLI/CLI.hpp>
#include <memory>

#include "apply/upgrade/check.h"
#include "cmd/verbs.h"
#include "sys/env.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

// The API server may be restarted just now; the Job itself is bounded by the chart.
constexpr Milliseconds kTimeout{20'000};
constexpr Milliseconds kBetween{500};

struct GateFlags {
  std::string file = "/etc/bowline-gate/gate.json";
  std::string name_space = EnvOr("POD_NAMESPACE", "");
};

/// kFailedPrecondition when something speaks against the upgrade: all of it is printed.
Status CheckOnce(const KubeApi& api, const GateFlags& flags, const AskedState& asked,
                 Deadline deadline) {
  ASSIGN_OR_RETURN(const InstalledState installed,
                   FindInstalled(api, flags.name_space, asked, deadline));
  const std::vector<Refusal> refusals = CheckUpgrade(installed, asked);
  for (const Refusal& refusal : refusals) {
    if (refusal.confirmed)
      LogWarning("confirmed", {{"value", refusal.value}, {"what", refusal.what}});
  }
  const std::string text = PrintRefusals(refusals);
  if (!text.empty()) {
    return Fail(Code::kFailedPrecondition,
                "refused, nothing has been changed. The way back is helm upgrade with the former "
                "values.\n{}",
                text);
  }
  if (!asked.create_secret) return {};
  return MakePasswords(api, flags.name_space, asked.passwords.secret, deadline);
}

}  // namespace

VerbAction DeclareUpgradeCheck(CLI::App& app) {
  const auto flags = std::make_shared<GateFlags>();
  app.add_option("--gate", flags->file, "what is to be installed, as the chart renders it");
  app.add_option("--namespace", flags->name_space, "its namespace");
  return [flags](const CommonFlags&) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(flags->file));
    const auto asked = ReadAsked(text);
    if (!asked) return FailWith(asked, flags->file);
    ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
    const Deadline deadline = Deadline::In(kTimeout);
    while (true) {
      const Status checked = CheckOnce(api, *flags, *asked, deadline);
      if (checked) return ExitCode::kOk;
      const Code code = checked.error().code;
      const bool passing = code == Code::kUnavailable || code == Code::kDeadlineExceeded;
      if (!passing || !deadline.Sleep(kBetween)) return std::unexpected(checked.error());
      LogWarning("trying again", {{"err", checked.error().ToString()}});
    }
  };
}

}  // namespace bowline
