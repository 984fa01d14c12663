#include "kube/api.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/parse.h"
#include "kube/http_call.h"
#include "kube/objects.h"
#include "sys/files.h"
#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr const char* kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::size_t kMessageLimit = 1024;

Code CodeOfStatus(long status) {
  switch (status) {
    case 401:
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kAborted;
    case 400:
    case 422:
      return Code::kInvalidArgument;
    default:
      return Code::kUnavailable;
  }
}

/// The API's own words ("configmaps \"x\" is forbidden: ..."), or the start of the body.
std::string MessageOf(const std::string& body) {
  const auto document = JsonDocument::Parse(body);
  if (document) {
    const auto message = document->root().GetString("message");
    if (message) return *message;
  }
  return body.substr(0, 200);
}

/// The rest of an open "metadata", then the data.
void WriteSecret(JsonWriter& json, const SecretBody& secret) {
  WriteMap(json, "labels", secret.labels);
  WriteMap(json, "annotations", secret.annotations);
  json.EndObject();
  std::map<std::string, std::string> encoded;
  for (const auto& [key, value] : secret.values) encoded[key] = Base64Encode(value);
  WriteMap(json, "data", encoded);
}

/// At most the API's limit for Events, and no half of a character at the end (the API wants UTF-8).
std::string Shortened(const std::string& message) {
  if (message.size() <= kMessageLimit) return message;
  std::size_t size = kMessageLimit;
  while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xc0U) == 0x80U) --size;
  return message.substr(0, size);
}

std::string EventJson(const ObjectRef& about, const EventBody& event, const std::string& reporter) {
  const std::string now = Rfc3339Seconds();
  JsonWriter json;
  json.BeginObject().Field("apiVersion", "v1").Field("kind", "Event");
  json.Key("metadata").BeginObject();
  json.Field("name", about.name + "." + RandomHex(8));
  json.Field("namespace", about.name_space).EndObject();
  json.Key("involvedObject").BeginObject();
  json.Field("apiVersion", about.api_version).Field("kind", about.kind).Field("name", about.name);
  json.Field("namespace", about.name_space).Field("uid", about.uid).EndObject();
  json.Field("reason", event.reason);
  json.Field("message", Shortened(event.message));
  json.Field("type", event.warning ? "Warning" : "Normal");
  json.Field("firstTimestamp", now).Field("lastTimestamp", now).Field("count", 1);
  json.Key("source").BeginObject().Field("component", "bowline").EndObject();
  json.Field("reportingComponent", "bowline").Field("reportingInstance", reporter);
  json.EndObject();
  return json.Take();
}

/// In a patch: the API server refuses to change an object's uid, so it refuses the whole patch when
/// the object has another one. The same with the version, as far as it is given.
void WriteUid(JsonWriter& json, const ObjectRef& object) {
  if (!object.uid.empty()) json.Field("uid", object.uid);
  if (!object.resource_version.empty()) json.Field("resourceVersion", object.resource_version);
}

/// For a query. Names and values of labels have no other characters that need an escape.
std::string EscapedSelector(const std::map<std::string, std::string>& labels) {
  std::string selector;
  for (const auto& [name, value] : labels) {
    selector += selector.empty() ? "" : "%2C";
    for (const char c : name + "=" + value) {
      selector += c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    }
  }
  return selector;
}

}  // namespace

ObjectRef RefOf(const PodEnv& pod) {
  return {.name = pod.name, .name_space = pod.name_space, .uid = pod.uid};
}

ObjectRef RefOf(const std::string& name_space, const std::string& name, const PodState& read) {
  return {.name = name,
          .name_space = name_space,
          .uid = read.uid,
          .resource_version = read.resource_version};
}

Result<KubeApi> KubeApi::InCluster() {
  const std::string host = EnvOr("KUBERNETES_SERVICE_HOST", "");
  const std::string port = EnvOr("KUBERNETES_SERVICE_PORT_HTTPS", "443");
  const std::string folder = EnvOr("BOWLINE_SERVICE_ACCOUNT", kAccountFolder);
  if (host.empty()) return Fail(Code::kNotFound, "KUBERNETES_SERVICE_HOST is not set");
  const auto token = ReadFile(folder + "/token");
  if (!token) return FailWith(token, "service account token");
  const std::string bracketed = host.contains(':') ? "[" + host + "]" : host;
  return KubeApi(std::format("https://{}:{}", bracketed, port), folder);
}

Result<std::string> KubeApi::Call(const char* method, const std::string& path,
                                  const std::string& body, const char* content_type,
                                  Deadline deadline, const char* accept) const {
  ASSIGN_OR_RETURN(const std::string token, ReadFile(account_ + "/token"));
  const HttpsRequest request{.method = method,
                             .url = base_url_ + path,
                             .token = std::string(Trim(token)),
                             .ca_file = account_ + "/ca.crt",
                             .body = body,
                             .content_type = content_type,
                             .accept = accept};
  ASSIGN_OR_RETURN(HttpsResponse response, HttpsCall(request, deadline));
  if (response.status >= 200 && response.status < 300) return std::move(response.body);
  return Fail(CodeOfStatus(response.status), "{} {}: {} {}", method, path, response.status,
              MessageOf(response.body));
}

Status KubeApi::PatchPodMap(const ObjectRef& pod, std::string_view map, const std::string& name,
                            const std::string& value, Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  WriteUid(json, pod);
  WriteMap(json, map, {{name, value}});
  json.EndObject().EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/pods/{}", pod.name_space, pod.name);
  ASSIGN_OR_RETURN([[maybe_unused]] const std::string body,
                   Call("PATCH", path, json.Take(), "application/merge-patch+json", deadline));
  return {};
}

Status KubeApi::SetPodLabel(const ObjectRef& pod, const std::string& label,
                            const std::string& value, Deadline deadline) const {
  return PatchPodMap(pod, "labels", label, value, deadline);
}

Status KubeApi::SetPodAnnotation(const ObjectRef& pod, const std::string& annotation,
                                 const std::string& value, Deadline deadline) const {
  return PatchPodMap(pod, "annotations", annotation, value, deadline);
}

Result<PodState> KubeApi::GetPod(const std::string& name_space, const std::string& name,
                                 Deadline deadline) const {
  const std::string path = std::format("/api/v1/namespaces/{}/pods/{}", name_space, name);
  ASSIGN_OR_RETURN(const std::string body, Call("GET", path, "", "application/json", deadline));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
  return ReadPod(document.root());
}

Status KubeApi::SetPodConditions(const ObjectRef& pod, const std::vector<PodCondition>& conditions,
                                 Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  WriteUid(json, pod);
  json.EndObject().Key("status").BeginObject().Key("conditions").BeginArray();
  for (const PodCondition& condition : conditions) {
    json.BeginObject().Field("type", condition.type);
    json.Field("status", condition.holds ? "True" : "False");
    json.Field("lastTransitionTime", condition.since).Field("reason", condition.reason);
    json.Field("message", Shortened(condition.message)).EndObject();
  }
  json.EndArray().EndObject().EndObject();
  const std::string path =
      std::format("/api/v1/namespaces/{}/pods/{}/status", pod.name_space, pod.name);
  // A strategic patch finds the entries of the list by their type; a merge patch would replace the
  // list, the kubelet's conditions with it.
  ASSIGN_OR_RETURN(
      [[maybe_unused]] const std::string body,
      Call("PATCH", path, json.Take(), "application/strategic-merge-patch+json", deadline));
  return {};
}

Result<ObjectRef> KubeApi::GetStatefulSet(const std::string& name_space, const std::string& name,
                                          Deadline deadline) const {
  const std::string path =
      std::format("/apis/apps/v1/namespaces/{}/statefulsets/{}", name_space, name);
  ASSIGN_OR_RETURN(const std::string body, Call("GET", path, "", "application/json", deadline));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
  ASSIGN_OR_RETURN(const JsonView metadata, document.root().Get("metadata"));
  ASSIGN_OR_RETURN(const std::string uid, metadata.GetString("uid"));
  return ObjectRef{.kind = "StatefulSet",
                   .api_version = "apps/v1",
                   .name = name,
                   .name_space = name_space,
                   .uid = uid};
}

Status KubeApi::List(const std::string& path, const std::map<std::string, std::string>& labels,
                     Deadline deadline, const std::function<Status(const JsonView&)>& take) const {
  // In pages, as an answer is bounded. A page's token has no characters that need an escape.
  const std::string first =
      std::format("{}?limit=100&labelSelector={}", path, EscapedSelector(labels));
  std::string next;
  do {
    const std::string page = next.empty() ? first : first + "&continue=" + next;
    ASSIGN_OR_RETURN(const std::string body, Call("GET", page, "", "application/json", deadline));
    ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
    ASSIGN_OR_RETURN(const std::vector<JsonView> items, ReadItems(document.root(), "items"));
    for (const JsonView& item : items) RETURN_IF_ERROR(take(item));
    next.clear();
    if (!document.root().Has("metadata")) continue;
    ASSIGN_OR_RETURN(const JsonView metadata, document.root().Get("metadata"));
    ASSIGN_OR_RETURN(next, metadata.GetStringOr("continue", ""));
  } while (!next.empty());
  return {};
}

Result<std::vector<StatefulSetState>> KubeApi::StatefulSets(
    const std::string& name_space, const std::map<std::string, std::string>& labels,
    Deadline deadline) const {
  std::vector<StatefulSetState> sets;
  RETURN_IF_ERROR(List(std::format("/apis/apps/v1/namespaces/{}/statefulsets", name_space), labels,
                       deadline, [&](const JsonView& item) -> Status {
                         ASSIGN_OR_RETURN(StatefulSetState set, ReadStatefulSet(item));
                         sets.push_back(std::move(set));
                         return {};
                       }));
  return sets;
}

Result<std::vector<PodState>> KubeApi::Pods(const std::string& name_space,
                                            const std::map<std::string, std::string>& labels,
                                            Deadline deadline) const {
  std::vector<PodState> pods;
  RETURN_IF_ERROR(List(std::format("/api/v1/namespaces/{}/pods", name_space), labels, deadline,
                       [&](const JsonView& item) -> Status {
                         ASSIGN_OR_RETURN(PodState pod, ReadPod(item));
                         pods.push_back(std::move(pod));
                         return {};
                       }));
  return pods;
}

Result<std::vector<ClaimState>> KubeApi::Claims(const std::string& name_space,
                                                const std::map<std::string, std::string>& labels,
                                                Deadline deadline) const {
  std::vector<ClaimState> claims;
  RETURN_IF_ERROR(List(std::format("/api/v1/namespaces/{}/persistentvolumeclaims", name_space),
                       labels, deadline, [&](const JsonView& item) -> Status {
                         ASSIGN_OR_RETURN(const JsonView metadata, item.Get("metadata"));
                         ClaimState claim;
                         ASSIGN_OR_RETURN(claim.name, metadata.GetString("name"));
                         ASSIGN_OR_RETURN(claim.uid, metadata.GetString("uid"));
                         ASSIGN_OR_RETURN(claim.labels, ReadMap(metadata, "labels"));
                         claims.push_back(std::move(claim));
                         return {};
                       }));
  return claims;
}

Result<bool> KubeApi::Has(const std::string& kind, const std::string& name_space,
                          const std::string& name, Deadline deadline) const {
  std::string_view group;
  std::string_view resource;
  if (kind == "Service") {
    group = "/api/v1", resource = "services";
  } else if (kind == "ConfigMap") {
    group = "/api/v1", resource = "configmaps";
  } else if (kind == "PodDisruptionBudget") {
    group = "/apis/policy/v1", resource = "poddisruptionbudgets";
  } else {
    return Fail(Code::kInvalidArgument, "{} {}: not a kind that is asked for", kind, name);
  }
  const std::string path = std::format("{}/namespaces/{}/{}/{}", group, name_space, resource, name);
  const auto body = Call("GET", path, "", "application/json", deadline);
  if (body) return true;
  if (body.error().code == Code::kNotFound) return false;
  return std::unexpected(body.error());
}

Status KubeApi::CreateEvent(const ObjectRef& about, const EventBody& event,
                            const std::string& reporter, Deadline deadline) const {
  const std::string path = std::format("/api/v1/namespaces/{}/events", about.name_space);
  ASSIGN_OR_RETURN(
      [[maybe_unused]] const std::string body,
      Call("POST", path, EventJson(about, event, reporter), "application/json", deadline));
  return {};
}

Result<SecretState> KubeApi::GetSecret(const std::string& name_space, const std::string& name,
                                       Deadline deadline) const {
  const std::string path = std::format("/api/v1/namespaces/{}/secrets/{}", name_space, name);
  ASSIGN_OR_RETURN(const std::string body, Call("GET", path, "", "application/json", deadline));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(body));
  SecretState secret;
  ASSIGN_OR_RETURN(const JsonView metadata, document.root().Get("metadata"));
  ASSIGN_OR_RETURN(secret.resource_version, metadata.GetStringOr("resourceVersion", ""));
  ASSIGN_OR_RETURN(secret.annotations, ReadMap(metadata, "annotations"));
  ASSIGN_OR_RETURN(secret.values, ReadMap(document.root(), "data"));
  for (auto& [key, value] : secret.values) {
    ASSIGN_OR_RETURN(value, Base64Decode(value));
  }
  return secret;
}

Status KubeApi::CreateSecret(const std::string& name_space, const std::string& name,
                             const SecretBody& secret, Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Field("apiVersion", "v1").Field("kind", "Secret").Field("type", secret.type);
  json.Key("metadata").BeginObject().Field("name", name).Field("namespace", name_space);
  WriteSecret(json, secret);
  json.EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/secrets", name_space);
  const auto created = Call("POST", path, json.Take(), "application/json", deadline);
  if (created) return {};
  if (created.error().code == Code::kAborted) {
    return Fail(Code::kAlreadyExists, "Secret {}/{} exists", name_space, name);
  }
  return std::unexpected(created.error());
}

Status KubeApi::PatchSecret(const std::string& name_space, const std::string& name,
                            const SecretBody& secret, Deadline deadline) const {
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  WriteSecret(json, secret);
  json.EndObject();
  const std::string path = std::format("/api/v1/namespaces/{}/secrets/{}", name_space, name);
  ASSIGN_OR_RETURN([[maybe_unused]] const std::string body,
                   Call("PATCH", path, json.Take(), "application/merge-patch+json", deadline));
  return {};
}

}  // namespace bowline
