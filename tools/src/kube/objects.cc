#include "kube/objects.h"

namespace bowline {
namespace {

Result<StatefulSetState::Claim> ReadClaim(const JsonView& object) {
  StatefulSetState::Claim claim;
  ASSIGN_OR_RETURN(const JsonView metadata, object.Get("metadata"));
  ASSIGN_OR_RETURN(claim.labels, ReadMap(metadata, "labels"));
  ASSIGN_OR_RETURN(claim.annotations, ReadMap(metadata, "annotations"));
  ASSIGN_OR_RETURN(const JsonView spec, object.Get("spec"));
  if (spec.Has("storageClassName")) {
    ASSIGN_OR_RETURN(claim.storage_class, spec.GetString("storageClassName"));
  }
  ASSIGN_OR_RETURN(const JsonView modes, spec.Get("accessModes"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> words, modes.AsArray());
  for (const JsonView& word : words) {
    ASSIGN_OR_RETURN(std::string mode, word.AsString());
    claim.access_modes.push_back(std::move(mode));
  }
  ASSIGN_OR_RETURN(const JsonView resources, spec.Get("resources"));
  ASSIGN_OR_RETURN(const JsonView requests, resources.Get("requests"));
  ASSIGN_OR_RETURN(claim.size, requests.GetString("storage"));
  return claim;
}

/// Adds what a projected volume's source has of a Secret.
Status AddSecret(const JsonView& source, StatefulSetState::Projected& projected) {
  if (!source.Has("secret")) return {};
  ASSIGN_OR_RETURN(const JsonView secret, source.Get("secret"));
  ASSIGN_OR_RETURN(const std::string name, secret.GetString("name"));
  if (projected.name.empty()) projected.name = name;
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, ReadItems(secret, "items"));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(const std::string path, item.GetString("path"));
    ASSIGN_OR_RETURN(projected.keys[path], item.GetString("key"));
  }
  return {};
}

/// Of a pod's specification.
Result<std::map<std::string, StatefulSetState::Projected>> ReadProjected(const JsonView& spec) {
  std::map<std::string, StatefulSetState::Projected> secrets;
  ASSIGN_OR_RETURN(const std::vector<JsonView> volumes, ReadItems(spec, "volumes"));
  for (const JsonView& volume : volumes) {
    if (!volume.Has("projected")) continue;
    ASSIGN_OR_RETURN(const std::string name, volume.GetString("name"));
    ASSIGN_OR_RETURN(const JsonView projected, volume.Get("projected"));
    ASSIGN_OR_RETURN(const std::vector<JsonView> sources, ReadItems(projected, "sources"));
    StatefulSetState::Projected found;
    for (const JsonView& source : sources) RETURN_IF_ERROR(AddSecret(source, found));
    if (!found.name.empty()) secrets[name] = std::move(found);
  }
  return secrets;
}

Result<ContainerState> ReadContainer(const JsonView& state) {
  ContainerState container;
  if (state.Has("waiting")) {
    ASSIGN_OR_RETURN(const JsonView waiting, state.Get("waiting"));
    ASSIGN_OR_RETURN(container.waiting, waiting.GetStringOr("reason", "no reason told"));
    ASSIGN_OR_RETURN(container.message, waiting.GetStringOr("message", ""));
  }
  if (state.Has("terminated")) {
    ASSIGN_OR_RETURN(const JsonView ended, state.Get("terminated"));
    ASSIGN_OR_RETURN(const std::string reason, ended.GetStringOr("reason", "no reason told"));
    ASSIGN_OR_RETURN(const std::int64_t code, ended.GetIntOr("exitCode", 0));
    container.ended = std::format("{}, exit code {}", reason, code);
  }
  return container;
}

}  // namespace

Result<std::map<std::string, std::string>> ReadMap(const JsonView& object, std::string_view key) {
  std::map<std::string, std::string> data;
  if (!object.Has(key)) return data;
  ASSIGN_OR_RETURN(const JsonView values, object.Get(key));
  if (values.IsNull()) return data;
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, values.Keys());
  for (const std::string& name : keys) {
    ASSIGN_OR_RETURN(data[name], values.GetString(name));
  }
  return data;
}

Result<std::vector<JsonView>> ReadItems(const JsonView& object, std::string_view key) {
  if (!object.Has(key)) return std::vector<JsonView>();
  ASSIGN_OR_RETURN(const JsonView list, object.Get(key));
  return list.AsArray();
}

Result<StatefulSetState> ReadStatefulSet(const JsonView& object) {
  StatefulSetState set;
  ASSIGN_OR_RETURN(const JsonView metadata, object.Get("metadata"));
  ASSIGN_OR_RETURN(set.name, metadata.GetString("name"));
  ASSIGN_OR_RETURN(set.uid, metadata.GetString("uid"));
  ASSIGN_OR_RETURN(set.generation, metadata.GetIntOr("generation", 0));
  ASSIGN_OR_RETURN(set.labels, ReadMap(metadata, "labels"));
  if (object.Has("status")) {
    ASSIGN_OR_RETURN(const JsonView status, object.Get("status"));
    ASSIGN_OR_RETURN(const std::string present, status.GetStringOr("currentRevision", ""));
    ASSIGN_OR_RETURN(const std::string wanted, status.GetStringOr("updateRevision", ""));
    set.rolled_out = present == wanted;
  }
  ASSIGN_OR_RETURN(const JsonView spec, object.Get("spec"));
  ASSIGN_OR_RETURN(const JsonView pod, spec.Get("template"));
  ASSIGN_OR_RETURN(const JsonView pod_spec, pod.Get("spec"));
  ASSIGN_OR_RETURN(set.secrets, ReadProjected(pod_spec));
  ASSIGN_OR_RETURN(const std::vector<JsonView> containers, ReadItems(pod_spec, "containers"));
  for (const JsonView& container : containers) {
    ASSIGN_OR_RETURN(const std::string name, container.GetString("name"));
    ASSIGN_OR_RETURN(set.images[name], container.GetStringOr("image", ""));
  }
  ASSIGN_OR_RETURN(const std::vector<JsonView> claims, ReadItems(spec, "volumeClaimTemplates"));
  if (claims.empty()) return set;
  ASSIGN_OR_RETURN(set.claim, ReadClaim(claims.front()));
  return set;
}

Result<PodState> ReadPod(const JsonView& object) {
  PodState pod;
  ASSIGN_OR_RETURN(const JsonView metadata, object.Get("metadata"));
  ASSIGN_OR_RETURN(pod.name, metadata.GetStringOr("name", ""));
  ASSIGN_OR_RETURN(pod.uid, metadata.GetString("uid"));
  ASSIGN_OR_RETURN(pod.resource_version, metadata.GetStringOr("resourceVersion", ""));
  ASSIGN_OR_RETURN(pod.labels, ReadMap(metadata, "labels"));
  if (!object.Has("status")) return pod;
  ASSIGN_OR_RETURN(const JsonView status, object.Get("status"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> containers, ReadItems(status, "containerStatuses"));
  for (const JsonView& container : containers) {
    ASSIGN_OR_RETURN(const std::string name, container.GetString("name"));
    if (!container.Has("state")) continue;
    ASSIGN_OR_RETURN(const JsonView state, container.Get("state"));
    ASSIGN_OR_RETURN(pod.containers[name], ReadContainer(state));
  }
  return pod;
}

void WriteMap(JsonWriter& json, std::string_view key,
              const std::map<std::string, std::string>& values) {
  json.Key(key).BeginObject();
  for (const auto& [name, value] : values) json.Field(name, value);
  json.EndObject();
}

}  // namespace bowline
