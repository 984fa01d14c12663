#include "apply/common/record.h"

#include "kube/api.h"

namespace bowline {
namespace {

constexpr Milliseconds kApiTimeout{2000};
constexpr Milliseconds kNoPace{0};  // it is set once in a life
constexpr const char* kInstallation = "installation";

std::string InstallationOf(const ConfigMapState& record) {
  const auto found = record.data.find(kInstallation);
  return found == record.data.end() ? std::string() : found->second;
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

EngineRecord::EngineRecord(Lane& lane, const Settings& settings, MemberName self) {
  if (settings.record.empty() || self != settings.layout.Members().front()) return;
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  sender_.emplace(lane, "the engine in the record", kNoPace, kApiTimeout,
                  [api = *std::move(api), name_space = settings.name_space,
                   name = settings.record](const std::string& engine, Deadline deadline) -> Status {
                    ASSIGN_OR_RETURN(const ConfigMapState record,
                                     api.GetConfigMap(name_space, name, deadline));
                    const auto found = record.data.find(kRecordedEngine);
                    if (found != record.data.end() && found->second == engine) return {};
                    return api.PatchConfigMap(name_space, name, record.resource_version,
                                              {{kRecordedEngine, engine}}, deadline);
                  });
}

void EngineRecord::Runs(const std::string& engine) {
  if (sender_ && !engine.empty()) sender_->Set(engine);
}

}  // namespace bowline
