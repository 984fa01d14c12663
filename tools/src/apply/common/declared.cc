#include "apply/common/declared.h"

#include "kube/api.h"
#include "sys/log.h"

namespace bowline {
namespace {

/// Without API rights or an answer: an error, which is no news for a member that is alone.
Result<Settings> SettingsOfApi(const Settings& own, Deadline deadline) {
  ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
  ASSIGN_OR_RETURN(const ConfigMapState config,
                   api.GetConfigMap(own.name_space, own.fullname + "-config", deadline));
  const auto text = config.data.find("bowline.json");
  if (text == config.data.end()) return Fail(Code::kNotFound, "no bowline.json");
  return ParseSettings(text->second);
}

Settings WithMembersOf(Settings own, const Settings& declared) {
  // The running members keep the sentinels' settings of their start until the rollout has reached
  // them.
  if (declared.layout.Members() == own.layout.Members()) return own;
  const bool grows = own.layout.Sentinels().empty();
  own.layout = declared.layout;
  if (!grows) return own;
  own.sentinel = declared.sentinel;  // an upgrade has brought the sentinels
  own.ports.sentinel = declared.ports.sentinel;
  return own;
}

}  // namespace

std::optional<Settings> AskDeclaredSettings(const LiveSettings& settings, Deadline deadline) {
  const Settings own = *settings.Get();
  const Settings known = WithMembersOf(own, *settings.Declared());
  if (known.layout.Members().size() > 1 || own.record.empty()) return known;
  const auto current = SettingsOfApi(own, deadline);
  if (current) return WithMembersOf(own, *current);
  LogInfo("what the release declares could not be asked for",
          {{"err", current.error().ToString()}});
  return std::nullopt;
}

Settings DeclaredSettings(const LiveSettings& settings, Deadline deadline) {
  if (auto told = AskDeclaredSettings(settings, deadline)) return *std::move(told);
  return WithMembersOf(*settings.Get(), *settings.Declared());
}

}  // namespace bowline
