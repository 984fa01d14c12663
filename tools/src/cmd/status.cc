#include <CLI/CLI.hpp>
#include <memory>

#include "apply/common/engine_facts.h"
#include "apply/common/objects.h"
#include "apply/common/observe.h"
#include "apply/common/write_proof.h"
#include "cmd/verbs.h"
#include "plan/common/status_page.h"
#include "plan/rules.h"
#include "sys/child.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/terminal.h"

namespace bowline {
namespace {

constexpr Milliseconds kLookTimeout{5000};
constexpr Milliseconds kFactsTimeout{1000};
constexpr Milliseconds kBetweenLooks{500};
constexpr const char* kClearScreen = "\x1b[H\x1b[2J";
constexpr int kLongestWatch = 24 * 3600;

struct OutputFlags {
  std::string output = "table";
  bool wide = false;
  int watch_seconds = 0;  ///< 0: once
  int wait_seconds = 0;
  bool write = false;
  bool strict = false;
};

std::shared_ptr<OutputFlags> DeclareOutput(CLI::App& app) {
  auto flags = std::make_shared<OutputFlags>();
  app.add_option("--output", flags->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  return flags;
}

/// "60", "60s" and "1m" are times in seconds.
CLI::Validator Seconds() {
  return CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}},
                               CLI::AsNumberWithUnit::CASE_SENSITIVE);
}

/// Looked at anew each time: the window may have another size by now.
TextStyle OutputStyle() {
  const auto columns = TerminalColumns();
  return StyleOf({.terminal = columns.has_value(),
                  .columns = columns.value_or(0),
                  .term = EnvOr("TERM", ""),
                  .no_color = EnvOr("NO_COLOR", ""),
                  .locale = EnvOr("LC_ALL", EnvOr("LC_CTYPE", EnvOr("LANG", "")))});
}

std::string TextOf(const Settings& settings, const Observation& seen, const OutputFlags& flags,
                   EngineFactsBook engines) {
  if (flags.output == "json") return PrintJson(seen.topology, engines);
  return PrintStatus({.settings = settings,
                      .topology = seen.topology,
                      .reports = seen.reports,
                      .engines = std::move(engines),
                      .time = Rfc3339Seconds(),
                      .now = UnixSeconds()},
                     flags.wide, OutputStyle());
}

void Append(std::vector<std::string>& to, std::vector<std::string> from) {
  for (std::string& text : from) to.push_back(std::move(text));
}

/// A wrong certificate in the Secret is a problem to be told, and hides nothing: members tell each
/// other without it.
struct Access {
  EngineSecrets secrets;
  std::vector<std::string> problems;
};
Result<Access> LoadAccess(const Settings& settings) {
  Access access;
  ASSIGN_OR_RETURN(access.secrets, LoadPasswords(settings));
  if (!settings.tls.AmongMembers()) return access;
  auto tls = LoadTls(settings);
  if (tls) access.secrets.tls = *std::move(tls);
  if (!tls) access.problems.push_back(tls.error().message);
  return access;
}

/// One look at all members, for a person or a program.
Result<std::string> LookOnce(const CommonFlags& common, const OutputFlags& flags) {
  ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
  ASSIGN_OR_RETURN(const Access access, LoadAccess(settings));
  const EngineSecrets& secrets = access.secrets;
  const Deadline deadline = Deadline::In(kLookTimeout);
  Observation seen = Observe(settings, RulesOf(settings.layout), secrets, deadline);
  Append(seen.topology.problems, access.problems);
  EngineFactsBook engines;
  if (access.problems.empty()) {
    const bool refused = flags.wide || flags.output == "json";
    engines = AskEngines(settings, secrets, seen, refused, deadline.Within(kFactsTimeout));
  }
  return TextOf(settings, seen, flags, std::move(engines));
}

/// Until a signal comes, or nobody reads any more. Settings that cannot be read end it too.
Result<ExitCode> Watch(const CommonFlags& common, const OutputFlags& flags) {
  BlockSignals();
  bool first = true;
  while (true) {
    ASSIGN_OR_RETURN(std::string text, LookOnce(common, flags));
    if (flags.output == "table") {
      const bool screen = OutputStyle().screen;
      text = (screen ? kClearScreen : first ? "" : "\n") + text;
    }
    first = false;
    if (!WriteOutput(text)) return ExitCode::kOk;
    if (WaitForSignal(Deadline::In(std::chrono::seconds(flags.watch_seconds)))) {
      return ExitCode::kOk;
    }
  }
}

/// What is not as declared; with --write also what does not take a key. The objects are looked for
/// when the members are in order, so that waiting for these does not ask the API server again and
/// again.
Observation Examine(const std::filesystem::path& objects, const Settings& settings,
                    const OutputFlags& flags, const Access& access) {
  const EngineSecrets& secrets = access.secrets;
  const Deadline deadline = Deadline::In(kLookTimeout);
  Observation seen = Observe(settings, RulesOf(settings.layout), secrets, deadline);
  Append(seen.topology.problems, access.problems);
  if (seen.topology.problems.empty()) {
    ObjectsSeen there = LookForObjects(objects, settings, deadline);
    Append(seen.topology.problems, std::move(there.missing));
    Append(seen.topology.warnings, std::move(there.unknown));
  }
  if (flags.write && seen.topology.problems.empty()) {
    seen.topology.problems =
        ProveWrites(settings, RulesOf(settings.layout), secrets, seen, deadline);
  }
  return seen;
}

}  // namespace

VerbAction DeclareStatus(CLI::App& app) {
  const auto flags = DeclareOutput(app);
  app.add_flag(
      "--wide", flags->wide,
      "also addresses, epochs, replication offsets, persistence and more of each member, and "
      "what its engine has refused");
  app.add_option("--watch", flags->watch_seconds,
                 "show it again each 2 s, or as often as is said, e.g. 10 or 10s")
      ->expected(0, 1)
      ->default_str("2")
      ->transform(Seconds())
      ->check(CLI::Range(1, kLongestWatch));
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    if (flags->watch_seconds > 0) return Watch(common, *flags);
    ASSIGN_OR_RETURN(const std::string text, LookOnce(common, *flags));
    RETURN_IF_ERROR(WriteOutput(text));
    return ExitCode::kOk;
  };
}

VerbAction DeclareCheck(CLI::App& app) {
  const auto flags = DeclareOutput(app);
  app.add_option("--wait", flags->wait_seconds, "look again for up to this long, e.g. 60 or 60s")
      ->transform(Seconds());
  app.add_flag("--write", flags->write,
               "also write a key to every shard, read it back and delete it");
  app.add_flag("--strict", flags->strict,
               "exit 1 on a warning too, e.g. when the loss of one node would take a majority");
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    ASSIGN_OR_RETURN(const Access access, LoadAccess(settings));
    const Deadline deadline = Deadline::In(std::chrono::seconds(flags->wait_seconds));
    const std::filesystem::path objects =
        std::filesystem::path(common.config).parent_path() / "objects";
    while (true) {
      const Observation seen = Examine(objects, settings, *flags, access);
      const Topology& topology = seen.topology;
      const bool good = topology.problems.empty() && (!flags->strict || topology.warnings.empty());
      if (good || !deadline.Sleep(kBetweenLooks)) {
        RETURN_IF_ERROR(WriteOutput(TextOf(settings, seen, *flags, {})));
        return good ? ExitCode::kOk : ExitCode::kFalse;
      }
    }
  };
}

}  // namespace bowline
