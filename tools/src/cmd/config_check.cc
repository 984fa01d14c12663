#include <CLI/CLI.hpp>
#include <cstdio>

#include "cmd/paths.h"
#include "cmd/verbs.h"

namespace bowline {

VerbAction DeclareConfigCheck(CLI::App& app) {
  const auto flags = DeclarePaths(app);
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
    RETURN_IF_ERROR(CheckAllDirectives(settings, paths));
    if (settings.layout.mode == Mode::kSentinel) {
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
