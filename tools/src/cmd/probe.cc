#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apply/common/context.h"
#include "cmd/verbs.h"
#include "web/http.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{2000};

}  // namespace

VerbAction DeclareProbe(CLI::App& app) {
  const auto which = std::make_shared<std::string>();
  app.add_option("which", *which, "startup, liveness or readiness")
      ->required()
      ->check(CLI::IsMember({"startup", "liveness", "readiness"}));
  return [which](const CommonFlags& common) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const Settings settings, LoadSettings(common.config));
    const std::string path = *which == "startup"    ? "/startup"
                             : *which == "liveness" ? "/live"
                                                    : "/ready";
    const auto answer = HttpAsk({.ip = "127.0.0.1", .port = settings.ports.http, .path = path},
                                Deadline::In(kTimeout));
    if (!answer) {
      // Our own failure is never the server's death (rule R8).
      (void)std::printf("the resident program does not answer: %s\n",
                        answer.error().message.c_str());
      return *which == "liveness" ? ExitCode::kOk : ExitCode::kFalse;
    }
    (void)std::fputs(answer->body.c_str(), stdout);
    return answer->status == 200 ? ExitCode::kOk : ExitCode::kFalse;
  };
}

}  // namespace bowline
