#include <CLI/CLI.hpp>
#include <memory>

#include "apply/common/hold.h"
#include "apply/common/volume_io.h"
#include "apply/driver.h"
#include "cmd/held.h"
#include "cmd/install.h"
#include "cmd/paths.h"
#include "cmd/verbs.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

/// A volume that we cannot write is found now, in the init container, with a clear message.
Status CheckWritable(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / ".bowline-writable";
  const Status written = WriteFileAtomic(file, "");
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (written) return {};
  return Fail(
      Code::kPermissionDenied,
      "{} is not writable ({}): set podSecurityContext.fsGroup to the volume's group, or fix "
      "its owner",
      folder.string(), written.error().message);
}

Result<ExitCode> RunInit(const std::string& install_to, const std::vector<std::string>& held,
                         const Paths& paths) {
  if (!install_to.empty()) RETURN_IF_ERROR(InstallTo(install_to));
  ASSIGN_OR_RETURN(const Settings settings, LoadSettings(paths.config));
  ASSIGN_OR_RETURN(const MemberName self, settings.MemberOfPod(ReadPodEnv().name));
  if (IsHeld(held, self)) return ExitCode::kOk;  // what is wrong with it is to be mended
  RETURN_IF_ERROR(LoadPasswords(settings));
  RETURN_IF_ERROR(LoadTls(settings));
  const ModeDriver& driver = DriverOf(settings.layout);
  RETURN_IF_ERROR(driver.CheckDirectives(paths));
  RETURN_IF_ERROR(CheckWritable(paths.data));
  RETURN_IF_ERROR(CheckWritable(paths.run));
  ASSIGN_OR_RETURN(const VolumeFiles files, ReadVolume(paths.data));
  const Identity expected{
      .installation = "", .name_space = settings.name_space, .release = settings.release};
  const VolumeFacts volume = JudgeVolume(files, expected, self, driver.rules());
  // A refusal is told by `run server`, which has the right to send an Event and repeats the
  // judgement anyway.
  LogInfo("volume", {{"member", self.ToString()},
                     {"kind", VolumeKindName(volume.kind)},
                     {"reason", volume.reason}});
  return ExitCode::kOk;
}

}  // namespace

VerbAction DeclareInit(CLI::App& app) {
  const auto install_to = std::make_shared<std::string>();
  app.add_option("--install-to", *install_to, "also copy this program into that folder");
  const auto held = DeclareHeld(app);
  const auto flags = DeclarePaths(app);
  return [install_to, held, flags](const CommonFlags& common) {
    return RunInit(*install_to, *held, ToPaths(*flags, common.config));
  };
}

}  // namespace bowline
