#include <CLI/CLI.hpp>
#include <cstdio>

#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "plan/sentinel_conf.h"
#include "sys/files.h"

namespace bowline {

VerbAction DeclareConfigCheck(CLI::App& app) {
  const auto flags = DeclarePaths(app);
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
    ASSIGN_OR_RETURN(const std::string directives, ReadFile(paths.engine_directives));
    ASSIGN_OR_RETURN(
        [[maybe_unused]] const std::string conf,
        RenderEngineConf(
            {.settings = settings, .secrets = {}, .announced = {}, .user_directives = directives}));
    if (settings.layout.mode == Mode::kSentinel) {
      ASSIGN_OR_RETURN(const std::string own, ReadFile(paths.sentinel_directives));
      RETURN_IF_ERROR(CheckSentinelDirectives(own));
      (void)std::printf("%d servers, %d sentinels\n", settings.layout.replicas_per_shard + 1,
                        settings.layout.sentinels);
      return ExitCode::kOk;
    }
    (void)std::printf("%d shards, %d replicas each\n", settings.layout.shards,
                      settings.layout.replicas_per_shard);
    return ExitCode::kOk;
  };
}

}  // namespace bowline
