#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apply/common/objects.h"
#include "apply/common/observe.h"
#include "apply/common/write_proof.h"
#include "cmd/verbs.h"
#include "plan/rules.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLookTimeout{5000};
constexpr Milliseconds kBetweenLooks{500};

struct OutputFlags {
  std::string output = "table";
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

void Print(const Topology& topology, const OutputFlags& flags) {
  const std::string text = flags.output == "json" ? PrintJson(topology) : PrintTable(topology);
  (void)std::fputs(text.c_str(), stdout);
}

void Append(std::vector<std::string>& to, std::vector<std::string> from) {
  for (std::string& text : from) to.push_back(std::move(text));
}

/// What is not as declared; with --write also what does not take a key. The objects are looked for
/// when the members are in order, so that waiting for these does not ask the API server again and
/// again.
Topology Examine(const std::filesystem::path& objects, const Settings& settings,
                 const OutputFlags& flags, const EngineSecrets& secrets) {
  const Deadline deadline = Deadline::In(kLookTimeout);
  Observation seen = Observe(settings, RulesOf(settings.layout), secrets, deadline);
  if (seen.topology.problems.empty()) {
    ObjectsSeen there = LookForObjects(objects, settings, deadline);
    Append(seen.topology.problems, std::move(there.missing));
    Append(seen.topology.warnings, std::move(there.unknown));
  }
  if (flags.write && seen.topology.problems.empty()) {
    seen.topology.problems =
        ProveWrites(settings, RulesOf(settings.layout), secrets, seen, deadline);
  }
  return std::move(seen.topology);
}

}  // namespace

VerbAction DeclareStatus(CLI::App& app) {
  const auto flags = DeclareOutput(app);
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
    Print(Observe(settings, RulesOf(settings.layout), secrets, Deadline::In(kLookTimeout)).topology,
          *flags);
    return ExitCode::kOk;
  };
}

VerbAction DeclareCheck(CLI::App& app) {
  const auto flags = DeclareOutput(app);
  app.add_option("--wait", flags->wait_seconds, "look again for up to this long, e.g. 60 or 60s")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}},
                                        CLI::AsNumberWithUnit::CASE_SENSITIVE));
  app.add_flag("--write", flags->write,
               "also write a key to every shard, read it back and delete it");
  app.add_flag("--strict", flags->strict,
               "exit 1 on a warning too, e.g. when the loss of one node would take a majority");
  return [flags](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
    const Deadline deadline = Deadline::In(std::chrono::seconds(flags->wait_seconds));
    const std::filesystem::path objects =
        std::filesystem::path(common.config).parent_path() / "objects";
    while (true) {
      const Topology topology = Examine(objects, settings, *flags, secrets);
      const bool good = topology.problems.empty() && (!flags->strict || topology.warnings.empty());
      if (good || !deadline.Sleep(kBetweenLooks)) {
        Print(topology, *flags);
        return good ? ExitCode::kOk : ExitCode::kFalse;
      }
    }
  };
}

}  // namespace bowline
