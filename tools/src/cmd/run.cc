#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "apply/common/hold.h"
#include "apply/common/server.h"
#include "apply/driver.h"
#include "apply/sentinel/sentinel.h"
#include "cmd/held.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "cmd/version.h"
#include "sys/child.h"
#include "sys/counters.h"
#include "sys/log.h"

namespace bowline {
namespace {

using RunMember = std::function<decltype(RunServer)>;

struct LogKind {
  LogLevel level;
  LogFormat format;
};

/// The chart's log settings hold unless a flag or the environment said otherwise.
Result<LogKind> LogOf(const Settings& settings, const CommonFlags& flags) {
  ASSIGN_OR_RETURN(const LogLevel level,
                   ParseLogLevel(flags.log_level.empty() ? settings.log_level : flags.log_level));
  ASSIGN_OR_RETURN(
      const LogFormat format,
      ParseLogFormat(flags.log_format.empty() ? settings.log_format : flags.log_format));
  return LogKind{.level = level, .format = format};
}

VerbAction DeclareRun(CLI::App& app, const char* verb, const RunMember& run) {
  const auto flags = DeclarePaths(app);
  const auto arguments = std::make_shared<std::vector<std::string>>();
  app.add_option("engine-arguments", *arguments, "more arguments of the engine, after --");
  return [flags, arguments, verb, run](const CommonFlags& common) -> Result<ExitCode> {
    BlockSignals();
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings started, LoadSettings(paths.config));
    const PodEnv pod = ReadPodEnv();
    ASSIGN_OR_RETURN(const LogKind log, LogOf(started, common));
    SetUpLog(log.level, log.format, verb, pod.name);
    const Status known = CheckAllKnown(started);
    if (!known) {
      LogWarning("settings of another version are left out", {{"err", known.error().message}});
    }
    ProcessCounters().Set("bowline_build_info", 1,
                          {{"version", kVersion}, {"mode", started.ModeName()}});
    ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(started));
    LiveSettings settings(started, secrets, paths, [&](const Settings& used) {
      if (const auto now = LogOf(used, common)) ChangeLog(now->level, now->format);
    });
    ASSIGN_OR_RETURN(const int code, run(settings, &DriverOf, pod, *arguments));
    return static_cast<ExitCode>(code);
  };
}

}  // namespace

VerbAction DeclareRunServer(CLI::App& app) { return DeclareRun(app, "run server", &RunServer); }

VerbAction DeclareRunSentinel(CLI::App& app) {
  return DeclareRun(app, "run sentinel", &RunSentinel);
}

VerbAction DeclareHold(CLI::App& app) {
  const auto held = DeclareHeld(app);
  return DeclareRun(app, "hold",
                    [held](LiveSettings& settings, DriverFor driver_for, const PodEnv& pod,
                           const std::vector<std::string>& engine_arguments) -> Result<int> {
                      ASSIGN_OR_RETURN(const MemberName self, settings->MemberOfPod(pod.name));
                      if (IsHeld(*held, self)) return HoldMember(settings, driver_for, pod);
                      return self.HoldsData()
                                 ? RunServer(settings, driver_for, pod, engine_arguments)
                                 : RunSentinel(settings, driver_for, pod, engine_arguments);
                    });
}

}  // namespace bowline
