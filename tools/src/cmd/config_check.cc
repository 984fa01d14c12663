#include <CLI/CLI.hpp>
#include <cstdio>

#include "apply/driver.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"

namespace bowline {

VerbAction DeclareConfigCheck(CLI::App& app) {
  const auto flags = DeclarePaths(app);
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
    RETURN_IF_ERROR(CheckAllKnown(settings));
    RETURN_IF_ERROR(DriverOf(settings.layout).CheckDirectives(paths));
    (void)std::printf("%s\n", settings.layout.ToString().c_str());
    return ExitCode::kOk;
  };
}

}  // namespace bowline
