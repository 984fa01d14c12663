#include "cmd/install.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cmd/verbs.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kSelf = "/proc/self/exe";

}  // namespace

Status InstallTo(const std::filesystem::path& folder) {
  const std::filesystem::path target = folder / "bowline";
  if (SameContent(kSelf, target).value_or(false)) return {};
  // Without a sync: the volume lives as long as the pod, and a node that comes back runs the init
  // container again.
  const Status written = CopyFileUnsynced(kSelf, target, 0555);
  if (!written) return FailWith(written, "install");
  if (!SameContent(kSelf, target).value_or(false)) {
    return Fail(Code::kDataLoss, "{} differs from this program after the copy", target.string());
  }
  LogInfo("installed", {{"path", target.string()}});
  return {};
}

VerbAction DeclareInstall(CLI::App& app) {
  const auto folder = std::make_shared<std::string>();
  app.add_option("--to", *folder, "the folder, a volume shared with the engine's container")
      ->required();
  return [folder](const CommonFlags&) -> Result<ExitCode> {
    RETURN_IF_ERROR(InstallTo(*folder));
    return ExitCode::kOk;
  };
}

}  // namespace bowline
