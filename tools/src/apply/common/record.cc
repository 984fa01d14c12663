#include "apply/common/record.h"

#include <map>

#include "kube/api.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kApiTimeout{2000};
constexpr Milliseconds kNoPace{0};  // a round takes care of it
constexpr const char* kInstallation = "installation";
constexpr const char* kFoundedAt = "foundedAt";

std::string ValueOf(const ConfigMapState& record, const char* key) {
  const auto found = record.data.find(key);
  return found == record.data.end() ? std::string() : found->second;
}

}  // namespace

Result<std::string> ReadRecord(const Settings& settings) {
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(
      const ConfigMapState record,
      api.GetConfigMap(settings.name_space, settings.record, Deadline::In(kApiTimeout)));
  return ValueOf(record, kInstallation);
}

Result<std::string> FoundInRecord(const Settings& settings, const std::string& installation) {
  const Deadline deadline = Deadline::In(kApiTimeout);
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(const ConfigMapState record,
                   api.GetConfigMap(settings.name_space, settings.record, deadline));
  std::string present = ValueOf(record, kInstallation);
  if (!present.empty()) return present;
  RETURN_IF_ERROR(api.PatchConfigMap(
      settings.name_space, settings.record, record.resource_version,
      {{kInstallation, installation}, {kFoundedAt, Rfc3339Seconds()}}, deadline));
  return installation;
}

RecordKeeper::RecordKeeper(Lane& lane, const Settings& settings, MemberName self,
                           Milliseconds between)
    : between_(between), looked_(std::chrono::steady_clock::now() - between) {
  if (settings.record.empty() || settings.layout.Members().front() != self) return;
  sender_.emplace(lane, "the installation record", kNoPace, kApiTimeout,
                  [settings](const Wanted& wanted, Deadline deadline) {
                    return Keep(settings, wanted, deadline);
                  });
}

void RecordKeeper::Look(const std::string& installation, const std::string& engine) {
  if (!sender_ || installation.empty()) return;
  if (engine == wanted_.engine && Since(looked_) < between_) return;
  looked_ = std::chrono::steady_clock::now();
  wanted_ = {.installation = installation, .engine = engine, .round = wanted_.round + 1};
  sender_->Set(wanted_);
}

Status RecordKeeper::Keep(const Settings& settings, const Wanted& wanted, Deadline deadline) {
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  const auto record = api.GetConfigMap(settings.name_space, settings.record, deadline);
  // Whoever has deleted the object is told by `bowline check` how to make it.
  if (!record && record.error().code == Code::kNotFound) return {};
  if (!record) return std::unexpected(record.error());
  std::map<std::string, std::string> missing;
  if (ValueOf(*record, kInstallation).empty()) {
    missing = {{kInstallation, wanted.installation}, {kFoundedAt, Rfc3339Seconds()}};
    LogWarning("the installation record was empty: its id is written again",
               {{"record", settings.record}, {"installation", wanted.installation}});
  }
  if (!wanted.engine.empty() && ValueOf(*record, kRecordedEngine) != wanted.engine) {
    missing[kRecordedEngine] = wanted.engine;
  }
  if (missing.empty()) return {};
  return api.PatchConfigMap(settings.name_space, settings.record, record->resource_version, missing,
                            deadline);
}

}  // namespace bowline
