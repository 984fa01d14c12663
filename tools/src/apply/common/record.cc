#include "apply/common/record.h"

#include "kube/api.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kApiTimeout{2000};
constexpr const char* kInstallation = "installation";

std::string InstallationOf(const ConfigMapState& record) {
  const auto found = record.data.find(kInstallation);
  return found == record.data.end() ? std::string() : found->second;
}

Status Keep(const Settings& settings, const std::string& installation) {
  const auto present = ReadRecord(settings);
  // Whoever has deleted the object is told by `bowline check` how to make it.
  if (!present && present.error().code == Code::kNotFound) return {};
  if (!present) return std::unexpected(present.error());
  if (!present->empty()) return {};
  RETURN_IF_ERROR(FoundInRecord(settings, installation));
  LogWarning("the installation record was empty: its id is written again",
             {{"record", settings.record}, {"installation", installation}});
  return {};
}

}  // namespace

Result<std::string> ReadRecord(const Settings& settings) {
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(
      const ConfigMapState record,
      api.GetConfigMap(settings.name_space, settings.record, Deadline::In(kApiTimeout)));
  return InstallationOf(record);
}

Result<std::string> FoundInRecord(const Settings& settings, const std::string& installation) {
  const Deadline deadline = Deadline::In(kApiTimeout);
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(const ConfigMapState record,
                   api.GetConfigMap(settings.name_space, settings.record, deadline));
  std::string present = InstallationOf(record);
  if (!present.empty()) return present;
  RETURN_IF_ERROR(api.PatchConfigMap(
      settings.name_space, settings.record, record.resource_version,
      {{kInstallation, installation}, {"foundedAt", Rfc3339Seconds()}}, deadline));
  return installation;
}

RecordKeeper::RecordKeeper(const Settings& settings, MemberName self, Milliseconds between)
    : between_(between), looked_(std::chrono::steady_clock::now() - between) {
  if (settings.record.empty() || settings.layout.Members().front() != self) return;
  sender_.emplace("the installation record", Milliseconds(0),
                  [settings](const Asked& asked) { return Keep(settings, asked.first); });
}

void RecordKeeper::Look(const std::string& installation) {
  if (!sender_ || installation.empty() || Since(looked_) < between_) return;
  looked_ = std::chrono::steady_clock::now();
  sender_->Set({installation, ++count_});
}

}  // namespace bowline
