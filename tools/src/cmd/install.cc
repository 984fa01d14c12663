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

constexpr std::size_t kProgramLimit = 512U << 20U;  // a debug build is large

}  // namespace

Status InstallTo(const std::filesystem::path& folder) {
  const auto self = ReadFile("/proc/self/exe", kProgramLimit);
  if (!self) return FailWith(self, "reading this program");
  const std::filesystem::path target = folder / "bowline";
  const auto present = ReadFile(target, kProgramLimit);
  if (present && *present == *self) return {};
  // Without a sync: the volume lives as long as the pod, and a node that comes back runs the init
  // container again.
  const Status written = ReplaceFileUnsynced(target, *self, 0555);
  if (!written) return FailWith(written, "install");
  const auto copy = ReadFile(target, kProgramLimit);
  if (!copy || *copy != *self) {
    return Fail(Code::kDataLoss, "{} differs from this program after the copy", target.string());
  }
  LogInfo("installed", {{"path", target.string()}, {"bytes", self->size()}});
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
