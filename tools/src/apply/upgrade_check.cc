#include "apply/upgrade_check.h"

#include "sys/log.h"
#include "sys/resolve.h"

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

/// In a release of several charts only the name tells whose set it is.
Status FindSets(const KubeApi& api, const std::string& name_space, const AskedState& asked,
                InstalledState& installed, Deadline deadline) {
  for (const std::string component : {"server", "sentinel"}) {
    std::map<std::string, std::string> labels{{"app.kubernetes.io/instance", asked.instance},
                                              {"app.kubernetes.io/component", component}};
    if (!asked.alone) labels[kNameLabel] = asked.name_label;
    ASSIGN_OR_RETURN(const auto set, api.FindStatefulSet(name_space, labels, deadline));
    if (!set) continue;
    if (component == "server") {
      installed.server_set = set->name;
      installed.name_label = Of(set->labels, kNameLabel);
    }
    if (!set->claim) continue;
    installed.claims[component] = {.size = set->claim->size,
                                   .storage_class = set->claim->storage_class,
                                   .access_modes = set->claim->access_modes};
  }
  return {};
}

}  // namespace

Result<InstalledState> FindInstalled(const KubeApi& api, const std::string& name_space,
                                     const AskedState& asked, Deadline deadline) {
  InstalledState installed;
  RETURN_IF_ERROR(FindSets(api, name_space, asked, installed, deadline));
  ASSIGN_OR_RETURN(const auto config,
                   IfThere(api.GetConfigMap(name_space, asked.config, deadline)));
  if (config) {
    const auto shape = ReadShape(Of(config->data, "bowline.json"));
    if (!shape) return FailWith(shape, "ConfigMap " + asked.config);
    installed.shape = *shape;
    installed.name_label = Of(config->labels, kNameLabel);
  }
  ASSIGN_OR_RETURN(const auto record,
                   IfThere(api.GetConfigMap(name_space, asked.record, deadline)));
  if (record) installed.installation = Of(record->data, "installation");
  if (asked.secret.empty()) return installed;
  ASSIGN_OR_RETURN(const auto secret, IfThere(api.GetSecret(name_space, asked.secret, deadline)));
  if (secret) {
    installed.password = Of(*secret, "password");
    installed.replication_password = Of(*secret, "replication-password");
  }
  return installed;
}

Status MakePasswords(const KubeApi& api, const std::string& name_space, const std::string& secret,
                     Deadline deadline) {
  const auto present = api.GetSecret(name_space, secret, deadline);
  if (present) {
    if (!present->contains("password")) {
      return Fail(Code::kFailedPrecondition, "Secret {}/{} has no key password: add it", name_space,
                  secret);
    }
    LogInfo("the Secret exists: kept", {{"secret", secret}});
    return {};
  }
  if (present.error().code != Code::kNotFound) return std::unexpected(present.error());
  const Status created = api.CreateSecret(name_space, secret,
                                          {{"password", RandomHex(kPasswordBytes)},
                                           {"replication-password", RandomHex(kPasswordBytes)},
                                           {"peer-key", RandomHex(kPeerKeyBytes)}},
                                          {{"app.kubernetes.io/managed-by", "bowline"}}, deadline);
  if (!created && created.error().code != Code::kAlreadyExists) return created;
  LogInfo("the Secret is there", {{"secret", secret}});
  return {};
}

}  // namespace bowline
