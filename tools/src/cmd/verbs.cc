#include "cmd/verbs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "base/parse.h"
#include "cmd/version.h"
#include "sys/env.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr std::size_t kTerminationMessageLimit = 2048;

/// The settings' own log format and level stand in bowline.json; flags and environment win.
Status SetUpLogging(const CommonFlags& flags, std::string_view verb) {
  ASSIGN_OR_RETURN(const LogLevel level,
                   ParseLogLevel(flags.log_level.empty() ? "info" : flags.log_level));
  ASSIGN_OR_RETURN(const LogFormat format,
                   ParseLogFormat(flags.log_format.empty() ? "text" : flags.log_format));
  SetUpLog(level, format, verb, ReadPodEnv().name);
  return {};
}

void DeclareCommon(CLI::App& app, CommonFlags& flags) {
  app.add_option("--config", flags.config, "bowline.json of the chart")->envname("BOWLINE_CONFIG");
  app.add_option("--log-format", flags.log_format, "json or text")->envname("BOWLINE_LOG_FORMAT");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->envname("BOWLINE_LOG_LEVEL");
}

/// The subcommand of that name; nullptr: none.
CLI::App* Find(CLI::App& app, std::string_view word) {
  const auto found = app.get_subcommands(
      [name = std::string(word)](CLI::App* sub) { return sub->check_name(name); });
  return found.empty() ? nullptr : found.front();
}

/// What the words that verbs share stand for in the help.
constexpr std::array<std::pair<std::string_view, const char*>, 3> kGroups{{
    {"run", "a member's process"},
    {"nodes-conf", "nodes.conf files, without a cluster"},
    {"config", "the chart's configuration files"},
}};

/// Finds or makes the subcommand for "run server": one level per word.
CLI::App* Subcommand(CLI::App& root, std::string_view name, const std::string& summary) {
  CLI::App* app = &root;
  for (const std::string_view word : Split(name, ' ')) {
    CLI::App* next = Find(*app, word);
    if (next == nullptr) next = app->add_subcommand(std::string(word));
    if (app != &root) app->require_subcommand(1);
    const auto* group =
        std::ranges::find(kGroups, word, [](const auto& entry) { return entry.first; });
    if (group != kGroups.end()) next->description(group->second);
    app = next;
  }
  app->description(summary);
  return app;
}

/// The library would only say that a subcommand is required.
bool KnowsFirstWord(CLI::App& root, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return true;
  if (Find(root, argv[1]) != nullptr) return true;
  (void)std::fprintf(stderr, "bowline: unknown verb %s: bowline --help lists the verbs\n",
                     Quoted(argv[1]).c_str());
  return false;
}

int ReportError(const std::string& verb, const Error& error) {
  LogError("failed", {{"verb", verb}, {"err", error.ToString()}});
  const std::string text = "bowline " + verb + ": " + error.ToString();
  WriteBestEffort("/dev/termination-log", text.substr(0, kTerminationMessageLimit));
  return static_cast<int>(ToExitCode(error.code));
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const std::vector<Verb> verbs{
      {"install", "copy this program into a folder (init container)", &DeclareInstall},
      {"init", "check the volume and the settings before the engine's container starts",
       &DeclareInit},
      {"run server", "guard the start, run the engine, answer probes (entry point)",
       &DeclareRunServer},
      {"run sentinel", "guard the start, run the sentinel, answer probes (entry point)",
       &DeclareRunSentinel},
      {"hold", "keep a member's pod up without its engine, for a repair (entry point)",
       &DeclareHold},
      {"probe", "the verdict of a probe, asked from the resident program", &DeclareProbe},
      {"prestop", "hand a primary's lead over before the stop (preStop hook)", &DeclarePrestop},
      {"status", "show who leads whom, how each member is, and what is wrong", &DeclareStatus},
      {"check", "exit 0 only when the cluster is what the values declare", &DeclareCheck},
      {"latency", "the own engine's slow commands, latency events and statistics of commands",
       &DeclareLatency},
      {"failover", "hand the lead of a shard, or of the servers, over now", &DeclareFailover},
      {"pause", "for a while, do nothing by itself: no repairs, no failovers on suspicion",
       &DeclarePause},
      {"resume", "end a pause", &DeclareResume},
      {"upgrade-check",
       "refuse a release that would destroy or stop what runs (the chart's hook Job)",
       &DeclareUpgradeCheck},
      {"engine-check",
       "start the engine with what is to be rolled out, in an empty folder (beside the hook Job)",
       &DeclareEngineCheck},
      {"nodes-conf generate", "print the nodes.conf of a first start", &DeclareNodesConfGenerate},
      {"nodes-conf check", "check a nodes.conf file", &DeclareNodesConfCheck},
      {"config check", "check bowline.json and engine.conf", &DeclareConfigCheck},
      {"docs", "print the reference of verbs and exit codes", &DeclareDocs},
  };
  return verbs;
}

int Main(int argc, char** argv) {
  CLI::App root("bowline: Redis and Valkey high availability from a plain Helm chart", "bowline");
  root.set_version_flag("--version", std::string(kVersion));
  root.require_subcommand(1);
  bool parse_only = false;
  root.add_flag("--parse-only", parse_only, "check the command line and do nothing");
  CommonFlags flags;
  std::vector<std::pair<CLI::App*, VerbAction>> actions;
  for (const Verb& verb : Verbs()) {
    CLI::App* app = Subcommand(root, verb.name, verb.summary);
    DeclareCommon(*app, flags);
    actions.emplace_back(app, verb.declare(*app));
  }
  if (!KnowsFirstWord(root, argc, argv)) return static_cast<int>(ExitCode::kUsage);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (!actions[i].first->parsed()) continue;
    if (parse_only) return 0;
    const std::string verb = Verbs()[i].name;
    const Status log = SetUpLogging(flags, verb);
    if (!log) return ReportError(verb, log.error());
    const Result<ExitCode> result = actions[i].second(flags);
    return result ? static_cast<int>(*result) : ReportError(verb, result.error());
  }
  return static_cast<int>(ExitCode::kUsage);
}

}  // namespace bowline
