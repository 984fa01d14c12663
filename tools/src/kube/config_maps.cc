// ConfigMaps: the release's own, and the installation record.

#include "base/json.h"
#include "kube/api.h"
#include "kube/objects.h"

namespace bowline {

Result<ConfigMapState> KubeApi::GetConfigMap(const std::string& name_space, const std::string& name,
                                             Deadline deadline) const {
  const std::string path = std::format("/api/v1/namespaces/{}/configmaps/{}", name_space, name);
  ASSIGN_OR_RETURN(const std::string body, Call("GET", path, "", "application/json", deadline));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
  ASSIGN_OR_RETURN(const JsonView metadata, document.root().Get("metadata"));
  ConfigMapState state;
  ASSIGN_OR_RETURN(state.resource_version, metadata.GetString("resourceVersion"));
  ASSIGN_OR_RETURN(state.data, ReadMap(document.root(), "data"));
  ASSIGN_OR_RETURN(state.annotations, ReadMap(metadata, "annotations"));
  ASSIGN_OR_RETURN(state.labels, ReadMap(metadata, "labels"));
  return state;
}

Result<std::map<std::string, std::string>> KubeApi::ConfigMapAnnotations(
    const std::string& name_space, const std::string& name, Deadline deadline) const {
  const std::string path = std::format("/api/v1/namespaces/{}/configmaps/{}", name_space, name);
  ASSIGN_OR_RETURN(const std::string body,
                   Call("GET", path, "", "application/json", deadline,
                        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
  ASSIGN_OR_RETURN(const JsonView metadata, document.root().Get("metadata"));
  return ReadMap(metadata, "annotations");
}

Status KubeApi::PatchConfigMap(const std::string& name_space, const std::string& name,
                               const std::string& resource_version,
                               const std::map<std::string, std::string>& data,
                               Deadline deadline) const {
  JsonWriter json;
  json.BeginObject();
  json.Key("metadata").BeginObject().Field("resourceVersion", resource_version).EndObject();
  WriteMap(json, "data", data);
  json.EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/configmaps/{}", name_space, name);
  ASSIGN_OR_RETURN([[maybe_unused]] const std::string body,
                   Call("PATCH", path, json.Take(), "application/merge-patch+json", deadline));
  return {};
}

Status KubeApi::MarkConfigMap(const std::string& name_space, const std::string& name,
                              const std::string& resource_version,
                              const std::map<std::string, std::string>& labels,
                              const std::map<std::string, std::string>& annotations,
                              Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  json.Field("resourceVersion", resource_version);
  WriteMap(json, "labels", labels);
  WriteMap(json, "annotations", annotations);
  json.EndObject().EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/configmaps/{}", name_space, name);
  ASSIGN_OR_RETURN([[maybe_unused]] const std::string body,
                   Call("PATCH", path, json.Take(), "application/merge-patch+json", deadline));
  return {};
}

Status KubeApi::Annotate(const std::string& name_space, const std::string& name,
                         const std::map<std::string, std::optional<std::string>>& annotations,
                         Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject().Key("annotations").BeginObject();
  for (const auto& [key, value] : annotations) {
    if (value) {
      json.Field(key, *value);
    } else {
      json.Key(key).Null();
    }
  }
  json.EndObject().EndObject().EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/configmaps/{}", name_space, name);
  ASSIGN_OR_RETURN([[maybe_unused]] const std::string body,
                   Call("PATCH", path, json.Take(), "application/merge-patch+json", deadline));
  return {};
}

}  // namespace bowline
