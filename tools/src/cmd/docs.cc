#include <CLI/CLI.hpp>
#include <cstdio>

#include "cmd/verbs.h"

namespace bowline {
namespace {

void PrintVerb(const Verb& verb) {
  CLI::App app(verb.summary);
  (void)verb.declare(app);
  (void)std::printf("\n## bowline %s\n\n%s\n", verb.name, verb.summary);
  std::string rows;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_name() == "--help") continue;
    rows += std::format("| `{}` | {} | {} |\n", option->get_name(), option->get_description(),
                        option->get_envname().empty() ? "" : "`" + option->get_envname() + "`");
  }
  if (!rows.empty()) {
    (void)std::printf("\n| flag | meaning | environment |\n| --- | --- | --- |\n%s", rows.c_str());
  }
}

}  // namespace

VerbAction DeclareDocs(CLI::App&) {
  return [](const CommonFlags&) -> Result<ExitCode> {
    (void)std::printf(
        "# The program's verbs\n\nWritten by `bowline docs`; do not edit.\n\nEvery verb also has "
        "`--config` (`BOWLINE_CONFIG`), `--log-format` (`BOWLINE_LOG_FORMAT`) and `--log-level` "
        "(`BOWLINE_LOG_LEVEL`).\n");
    for (const Verb& verb : Verbs()) PrintVerb(verb);
    (void)std::printf("\n## Exit codes\n\n| code | meaning |\n| ---: | --- |\n");
    for (const ExitCodeDoc& doc : ExitCodes()) {
      (void)std::printf("| %d | %.*s |\n", static_cast<int>(doc.code),
                        static_cast<int>(doc.meaning.size()), doc.meaning.data());
    }
    return ExitCode::kOk;
  };
}

}  // namespace bowline
