#include <CLI/CLI.hpp>
#include <memory>

#include "apply/upgrade/trial.h"
#include "base/timing.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "sys/child.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
VerbAction DeclareEngineCheck(CLI::App& app) {
  const auto flags = DeclarePaths(app);
  const auto arguments = std::make_shared<std::vector<std::string>>();
  app.add_option("engine-arguments", *arguments, "more arguments of the engine, after --");
  return [flags, arguments](const CommonFlags& common) -> Result<ExitCode> {
    BlockSignals();
    const Paths paths = ToPaths(*flags, common.config);
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
    ASSIGN_OR_RETURN(const EngineTrial trial,
                     TryEngine(settings, paths, *arguments, Deadline::In(kTrialTime)));
    LogInfo("tried", {{"engine", trial.engine},
                      {"version", trial.version},
                      {"refused", trial.refused.size()},
                      {"what", trial.what}});
    // 0 whatever the engine says: the gate judges it.
    RETURN_IF_ERROR(ReplaceFileUnsynced(paths.run / kTrialFile, PrintTrial(trial), 0644));
    return ExitCode::kOk;
  };
}

}  // namespace bowline
