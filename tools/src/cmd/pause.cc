#include "apply/common/pause.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "apply/common/context.h"
#include "base/json.h"
#include "cmd/verbs.h"

namespace bowline {
namespace {

struct PauseFlags {
  int seconds = 3600;
  bool dry_run = false;
};

std::string PlanOf(const PauseOrder& pause, bool dry_run) {
  JsonWriter json(true);
  json.BeginObject().Field("pausedSince", pause.since).Field("pausedUntil", pause.until);
  json.Field("dryRun", dry_run).EndObject();
  return json.Take();
}

}  // namespace

VerbAction DeclarePause(CLI::App& app) {
  const auto flags = std::make_shared<PauseFlags>();
  app.add_option("--for", flags->seconds,
                 "how long, at most 24h, e.g. 30m; then it ends by itself (default: 1h)")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                CLI::AsNumberWithUnit::CASE_SENSITIVE))
      ->check(CLI::Range(1, kLongestPauseSeconds));
  app.add_flag("--dry-run", flags->dry_run, "print the plan as JSON and do nothing");
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    const std::chrono::seconds span(flags->seconds);
    PauseOrder pause{.since = Rfc3339Seconds(), .until = Rfc3339In(span)};
    if (!flags->dry_run) {
      ASSIGN_OR_RETURN(pause, Pause(settings, span));
    }
    (void)std::printf("%s\n", PlanOf(pause, flags->dry_run).c_str());
    return ExitCode::kOk;
  };
}

VerbAction DeclareResume(CLI::App& app) {
  const auto dry_run = std::make_shared<bool>(false);
  app.add_flag("--dry-run", *dry_run, "print the plan as JSON and do nothing");
  return [dry_run](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    if (!*dry_run) RETURN_IF_ERROR(Resume(settings));
    (void)std::printf("%s\n", PlanOf({}, *dry_run).c_str());
    return ExitCode::kOk;
  };
}

}  // namespace bowline
