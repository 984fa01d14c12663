#include "cmd/paths.h"

#include <CLI/CLI.hpp>

namespace bowline {

void DeclareData(CLI::App& app, std::string& data) {
  app.add_option("--data", data, "the data volume")->envname("BOWLINE_DATA");
}

std::shared_ptr<PathFlags> DeclarePaths(CLI::App& app) {
  auto flags = std::make_shared<PathFlags>();
  app.add_option("--engine-directives", flags->engine_directives, "engine.conf of the chart")
      ->envname("BOWLINE_ENGINE_DIRECTIVES");
  app.add_option("--sentinel-directives", flags->sentinel_directives,
                 "sentinel.conf of the chart (sentinel mode)")
      ->envname("BOWLINE_SENTINEL_DIRECTIVES");
  DeclareData(app, flags->data);
  app.add_option("--run", flags->run, "a writable folder in memory")->envname("BOWLINE_RUN");
  return flags;
}

Paths ToPaths(const PathFlags& flags, const std::string& config) {
  return {.config = config,
          .engine_directives = flags.engine_directives,
          .sentinel_directives = flags.sentinel_directives,
          .data = flags.data,
          .run = flags.run};
}

}  // namespace bowline
