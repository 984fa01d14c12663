#include "simulator/models/kube_store.h"

#include "base/json.h"
#include "kube/objects.h"

namespace bowline::simulator {
namespace {

// Members want the uid of their own one.
constexpr const char* kAnySet = R"({"metadata":{"uid":"set"}})";

HttpsResponse Refused(long status, const char* why) {
  return {.status = status, .body = std::format(R"({{"message":"{}"}})", why)};
}

/// A merge patch adds and replaces.
void Merge(std::map<std::string, std::string>& into, const JsonView& object, std::string_view key) {
  const auto values = ReadMap(object, key).value();
  for (const auto& [name, value] : values) into[name] = value;
}

/// "/api/v1/namespaces/ns/pods/NAME/status" -> "NAME"
std::string NameAfter(const std::string& path, const std::string& kind) {
  const std::size_t begin = path.find(kind) + kind.size();
  return path.substr(begin, path.find_first_of("/?", begin) - begin);
}

}  // namespace

void KubeStore::MakePod(const std::string& name, const std::string& uid) {
  pods_[name] = {.uid = uid, .version = 1, .labels = {}};
}

std::string KubeStore::LabelOf(const std::string& pod, const std::string& label) const {
  const auto found = pods_.find(pod);
  if (found == pods_.end()) return "";
  const auto value = found->second.labels.find(label);
  return value == found->second.labels.end() ? "" : value->second;
}

HttpsResponse KubeStore::Answer(const std::string& method, const std::string& path,
                                const std::string& body) {
  if (path.contains("/configmaps/")) return AnswerRecord(method, body);
  if (path.contains("/pods/")) return AnswerPod(method, NameAfter(path, "/pods/"), body);
  if (path.ends_with("/events") && method == "POST") return TellEvent(body);
  if (path.contains("/statefulsets/")) return {.status = 200, .body = kAnySet};
  return Refused(404, "not found");
}

HttpsResponse KubeStore::AnswerRecord(const std::string& method, const std::string& body) {
  if (method == "PATCH") {
    const auto document = JsonDocument::Parse(body).value();
    const auto metadata = document.root().Get("metadata").value();
    if (metadata.GetString("resourceVersion").value() != std::to_string(record_version_)) {
      return Refused(409, "the object has been modified");
    }
    Merge(record_, document.root(), "data");
    ++record_version_;
  }
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  json.Field("resourceVersion", std::to_string(record_version_)).EndObject();
  WriteMap(json, "data", record_);
  json.EndObject();
  return {.status = 200, .body = json.Take()};
}

HttpsResponse KubeStore::AnswerPod(const std::string& method, const std::string& name,
                                   const std::string& body) {
  const auto found = pods_.find(name);
  if (found == pods_.end()) return Refused(404, "not found");
  Pod& pod = found->second;
  if (method == "PATCH") {
    const auto document = JsonDocument::Parse(body).value();
    const auto metadata = document.root().Get("metadata").value();
    if (metadata.GetStringOr("uid", pod.uid).value() != pod.uid ||
        metadata.GetStringOr("resourceVersion", std::to_string(pod.version)).value() !=
            std::to_string(pod.version)) {
      return Refused(409, "the object has been modified");
    }
    Merge(pod.labels, metadata, "labels");
    ++pod.version;
  }
  JsonWriter json;
  json.BeginObject().Key("metadata").BeginObject();
  json.Field("name", name).Field("uid", pod.uid);
  json.Field("resourceVersion", std::to_string(pod.version));
  WriteMap(json, "labels", pod.labels);
  json.EndObject().EndObject();
  return {.status = 200, .body = json.Take()};
}

HttpsResponse KubeStore::TellEvent(const std::string& body) {
  const auto document = JsonDocument::Parse(body).value();
  const auto about = document.root().Get("involvedObject").value();
  const std::string reason = document.root().GetString("reason").value();
  if (reason == "LossAccepted") loss_accepted_ = true;
  story_.Tell(about.GetString("name").value(),
              std::format("Event {}: {}", reason, document.root().GetString("message").value()));
  return {.status = 201, .body = "{}"};
}

}  // namespace bowline::simulator
