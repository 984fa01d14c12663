#include "apply/upgrade/check.h"

#include <algorithm>

#include "apply/common/record.h"
#include "sys/log.h"
#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr std::size_t kPasswordBytes = 24;
constexpr std::size_t kPeerKeyBytes = 32;
constexpr const char* kNameLabel = "app.kubernetes.io/name";

std::string Of(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? std::string() : found->second;
}

template <typename Value>
Result<std::optional<Value>> IfThere(Result<Value> read) {
  if (read) return std::optional<Value>(*std::move(read));
  if (read.error().code == Code::kNotFound) return std::optional<Value>();
  return std::unexpected(read.error());
}

std::optional<ClaimTemplate> TemplateOf(const std::optional<StatefulSetState::Claim>& claim) {
  if (!claim) return std::nullopt;
  return ClaimTemplate{.size = claim->size,
                       .storage_class = claim->storage_class,
                       .access_modes = claim->access_modes,
                       .labels = claim->labels,
                       .annotations = claim->annotations};
}

/// In a release of several charts only the name tells whose set it is.
/// `images`: of the servers, by the set's name.
Status FindSets(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                InstalledState& installed, std::map<std::string, std::string>& images,
                Deadline deadline) {
  std::map<std::string, std::string> labels{{"app.kubernetes.io/instance", asked.instance}};
  if (!asked.alone) labels[kNameLabel] = asked.name_label;
  ASSIGN_OR_RETURN(const auto sets, api.StatefulSets(name_space, labels, deadline));
  for (const StatefulSetState& set : sets) {
    const std::string component = Of(set.labels, "app.kubernetes.io/component");
    if (component != "server" && component != "sentinel") continue;  // of somebody else
    installed.sets.push_back({.name = set.name,
                              .component = component,
                              .claim = TemplateOf(set.claim),
                              .rolled_out = set.rolled_out});
    installed.version += std::format("{}:{};", set.uid, set.generation);
    if (component != "server") continue;
    installed.name_label = Of(set.labels, kNameLabel);
    images[set.name] = Of(set.images, "server");
    const auto auth = set.secrets.find("auth");
    if (auth == set.secrets.end()) continue;
    installed.passwords = {.secret = auth->second.name, .keys = auth->second.keys};
  }
  return {};
}

/// The newest first.
void AddEngine(std::optional<EngineVersion> found, std::vector<EngineVersion>& engines) {
  if (!found || std::ranges::contains(engines, *found)) return;
  const auto older = std::ranges::find_if(
      engines, [&](const EngineVersion& other) { return other.OlderThan(*found); });
  engines.insert(older, *std::move(found));
}

/// A pod of a chart that did not label it yet, or that has not started, tells nothing.
Status FindEngines(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                   const std::map<std::string, std::string>& images, InstalledState& installed,
                   Deadline deadline) {
  std::map<std::string, std::string> labels{{"app.kubernetes.io/instance", asked.instance},
                                            {"app.kubernetes.io/component", "server"}};
  if (!asked.alone) labels[kNameLabel] = asked.name_label;
  ASSIGN_OR_RETURN(const auto pods, api.Pods(name_space, labels, deadline));
  for (const PodState& pod : pods) {
    AddEngine(ParseEngineLabel(Of(pod.labels, kEngineLabel)), installed.engines);
  }
  if (!installed.engines.empty() || !installed.shape) return {};
  for (const auto& [set, image] : images) {
    AddEngine(VersionOfImage(installed.shape->engine.value_or(""), image), installed.engines);
  }
  return {};
}

/// What an uninstall has left. Only claims of our own components count, as above.
Status FindLeftovers(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                     InstalledState& installed, Deadline deadline) {
  std::map<std::string, std::string> labels{{"app.kubernetes.io/instance", asked.instance}};
  if (!asked.alone) labels[kNameLabel] = asked.name_label;
  ASSIGN_OR_RETURN(const auto claims, api.Claims(name_space, labels, deadline));
  for (const ClaimState& claim : claims) {
    const std::string component = Of(claim.labels, "app.kubernetes.io/component");
    if (component != "server" && component != "sentinel") continue;
    installed.claims.push_back({.name = claim.name});
    installed.version += claim.uid + ";";
  }
  if (installed.claims.empty() || asked.record.empty()) return {};
  ASSIGN_OR_RETURN(const auto record,
                   IfThere(api.GetConfigMap(name_space, asked.record, deadline)));
  if (!record) return {};
  installed.recorded = ParseEngineLabel(Of(record->data, kRecordedEngine));
  AddEngine(installed.recorded, installed.engines);
  return {};
}

/// Gives the Secret that is there the declared annotations that it lacks.
Status AnnotateSecret(const KubeApi& api, const std::string& name_space, const SecretState& present,
                      const AskedState& asked, Deadline deadline) {
  const bool annotated = std::ranges::all_of(asked.secret_annotations, [&](const auto& annotation) {
    const auto found = present.annotations.find(annotation.first);
    return found != present.annotations.end() && found->second == annotation.second;
  });
  if (annotated) return {};
  return api.PatchSecret(name_space, asked.passwords.secret,
                         {.annotations = asked.secret_annotations}, deadline);
}

/// The clients' password: of the Secret that is there, or of the one that is made now.
Result<std::string> FindOrMakePassword(const KubeApi& api, const std::string& name_space,
                                       const AskedState& asked, Deadline deadline) {
  const std::string& secret = asked.passwords.secret;
  const auto present = api.GetSecret(name_space, secret, deadline);
  if (present) {
    if (!present->values.contains("password")) {
      return Fail(Code::kFailedPrecondition, "Secret {}/{} has no key password: add it", name_space,
                  secret);
    }
    LogInfo("the Secret exists: kept", {{"secret", secret}});
    RETURN_IF_ERROR(AnnotateSecret(api, name_space, *present, asked, deadline));
    return present->values.at("password");
  }
  if (present.error().code != Code::kNotFound) return std::unexpected(present.error());
  std::string password = RandomHex(kPasswordBytes);
  const Status created =
      api.CreateSecret(name_space, secret,
                       {.values = {{"password", password},
                                   {"replication-password", RandomHex(kPasswordBytes)},
                                   {"peer-key", RandomHex(kPeerKeyBytes)}},
                        .labels = {{"app.kubernetes.io/managed-by", "bowline"}},
                        .annotations = asked.secret_annotations},
                       deadline);
  // Somebody else was faster: theirs is read at the next try.
  if (!created && created.error().code == Code::kAlreadyExists) {
    return Fail(Code::kUnavailable, "{}", created.error().message);
  }
  RETURN_IF_ERROR(created);
  LogInfo("the Secret is there", {{"secret", secret}});
  return password;
}

/// Made, or put right.
Status WriteBinding(const KubeApi& api, const std::string& name_space,
                    const ServiceBinding& binding, const std::string& password, Deadline deadline) {
  const SecretBody body{.type = kBindingType,
                        .values = BindingEntries(binding, password),
                        .labels = {{"app.kubernetes.io/managed-by", "bowline"}}};
  const Status created = api.CreateSecret(name_space, binding.secret, body, deadline);
  if (created || created.error().code != Code::kAlreadyExists) return created;
  return api.PatchSecret(name_space, binding.secret, body, deadline);
}

}  // namespace

Result<InstalledState> FindInstalled(const KubeApi& api, const std::string& name_space,
                                     const AskedState& asked, Deadline deadline) {
  InstalledState installed;
  std::map<std::string, std::string> images;
  RETURN_IF_ERROR(FindSets(api, name_space, asked, installed, images, deadline));
  ASSIGN_OR_RETURN(const auto config,
                   IfThere(api.GetConfigMap(name_space, asked.config, deadline)));
  if (config) {
    const auto shape = ReadShape(Of(config->data, "bowline.json"));
    if (!shape) return FailWith(shape, "ConfigMap " + asked.config);
    installed.shape = *shape;
    installed.name_label = Of(config->labels, kNameLabel);
    installed.version += config->resource_version + ";";
  }
  if (asked.try_engine && !installed.sets.empty()) {
    RETURN_IF_ERROR(FindEngines(api, name_space, asked, images, installed, deadline));
  }
  if (installed.sets.empty() && !config) {
    RETURN_IF_ERROR(FindLeftovers(api, name_space, asked, installed, deadline));
  }
  if (!asked.own_secret) return installed;
  ASSIGN_OR_RETURN(const auto secret,
                   IfThere(api.GetSecret(name_space, asked.passwords.secret, deadline)));
  installed.secret_missing = !secret;
  if (secret) {
    installed.password = Of(secret->values, "password");
    installed.replication_password = Of(secret->values, "replication-password");
    installed.version += secret->resource_version;
  }
  return installed;
}

Status MakePasswords(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                     Deadline deadline) {
  ASSIGN_OR_RETURN(const std::string password,
                   FindOrMakePassword(api, name_space, asked, deadline));
  if (asked.binding.secret.empty()) return {};
  return WriteBinding(api, name_space, asked.binding, password, deadline);
}

}  // namespace bowline
