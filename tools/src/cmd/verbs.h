#pragma once
// The verb table: one row per verb, one file per verb. Help, reference and dispatch all come from
// it.

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/exit_code.h"

namespace CLI {
class App;
}

namespace bowline {

/// Flags that every verb has; each also by its environment variable.
struct CommonFlags {
  std::string config = "/etc/bowline/bowline.json";  ///< --config, BOWLINE_CONFIG
  std::string log_format;                            ///< --log-format, BOWLINE_LOG_FORMAT
  std::string log_level;                             ///< --log-level, BOWLINE_LOG_LEVEL
};

/// A verb's work: what it returns is the exit code; an error is printed once by main and mapped to
/// one.
using VerbAction = std::function<Result<ExitCode>(const CommonFlags&)>;

struct Verb {
  const char* name;     ///< "run server": words of the command line
  const char* summary;  ///< one line for the help
  /// Declares the verb's own flags on `app` and returns its work.
  VerbAction (*declare)(CLI::App& app);
};

const std::vector<Verb>& Verbs();

VerbAction DeclareInstall(CLI::App& app);
VerbAction DeclareInit(CLI::App& app);
VerbAction DeclareRunServer(CLI::App& app);
VerbAction DeclareRunSentinel(CLI::App& app);
VerbAction DeclareHold(CLI::App& app);
VerbAction DeclareProbe(CLI::App& app);
VerbAction DeclarePrestop(CLI::App& app);
VerbAction DeclareStatus(CLI::App& app);
VerbAction DeclareCheck(CLI::App& app);
VerbAction DeclareLatency(CLI::App& app);
VerbAction DeclareFailover(CLI::App& app);
VerbAction DeclarePause(CLI::App& app);
VerbAction DeclareResume(CLI::App& app);
VerbAction DeclareUpgradeCheck(CLI::App& app);
VerbAction DeclareEngineCheck(CLI::App& app);
VerbAction DeclareNodesConfGenerate(CLI::App& app);
VerbAction DeclareNodesConfCheck(CLI::App& app);
VerbAction DeclareConfigCheck(CLI::App& app);
VerbAction DeclareDocs(CLI::App& app);

/// Parses the command line, sets up the log, runs the verb; the process's exit code.
int Main(int argc, char** argv);

}  // namespace bowline
