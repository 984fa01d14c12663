#include <CLI/CLI.hpp>
#include <memory>

#include "apply/supervisor.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "sys/child.h"
#include "sys/log.h"

namespace bowline {
namespace {

/// The chart's log settings hold unless a flag or the environment said otherwise.
Status ApplyLogSettings(const Settings& settings, const CommonFlags& flags) {
  ASSIGN_OR_RETURN(const LogLevel level,
                   ParseLogLevel(flags.log_level.empty() ? settings.log_level : flags.log_level));
  ASSIGN_OR_RETURN(
      const LogFormat format,
      ParseLogFormat(flags.log_format.empty() ? settings.log_format : flags.log_format));
  SetUpLog(level, format, "run server", ReadPodEnv().name);
  return {};
}

}  // namespace

VerbAction DeclareRunServer(CLI::App& app) {
  const auto flags = DeclarePaths(app);
  const auto arguments = std::make_shared<std::vector<std::string>>();
  app.add_option("engine-arguments", *arguments, "more arguments of the engine, after --");
  return [flags, arguments](const CommonFlags& common) -> Result<ExitCode> {
    BlockSignals();
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
    RETURN_IF_ERROR(ApplyLogSettings(settings, common));
    ASSIGN_OR_RETURN(const int code, RunServer(settings, paths, ReadPodEnv(), *arguments));
    return static_cast<ExitCode>(code);
  };
}

}  // namespace bowline
