#pragma once
// The few calls to the Kubernetes API that we make, typed. libcurl stays behind this header. The
// token is read anew for each call (bound tokens rotate); every call has a deadline and a bounded
// body.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"
#include "sys/env.h"

namespace bowline {

class JsonView;

/// A ConfigMap's data with the version that a compare-and-swap needs.
struct ConfigMapState {
  std::string resource_version;
  std::map<std::string, std::string> data;
  std::map<std::string, std::string> annotations;
  std::map<std::string, std::string> labels;
};

/// A core/v1 Event.
struct EventBody {
  std::string reason;   ///< CamelCase, e.g. "Rejoined"
  std::string message;  ///< at most 1024 bytes are kept (the API's limit)
  bool warning = false;
};

/// A pod, or the StatefulSet that it belongs to.
struct ObjectRef {
  std::string kind = "Pod";
  std::string api_version = "v1";
  std::string name;
  std::string name_space;
  std::string uid;
  std::string resource_version;  ///< a change is refused when the object has changed; empty: not
};

/// What the kubelet says of a container that does not run.
struct ContainerState {
  std::string waiting;  ///< "ImagePullBackOff" and such; empty: it does not wait
  std::string message;  ///< of that
  std::string ended;    ///< "OOMKilled, exit code 137"; empty: it has not ended
};

/// What is read of a pod.
struct PodState {
  std::string name;
  std::string uid;
  std::string resource_version;
  std::map<std::string, std::string> labels;
  std::map<std::string, ContainerState> containers;  ///< by name, without init containers
};

/// What is read of a volume claim.
struct ClaimState {
  std::string name;
  std::string uid;
  std::map<std::string, std::string> labels;
};

/// What is read of a StatefulSet.
struct StatefulSetState {
  bool rolled_out = false;  ///< all its pods are of its present template
  /// Of its one volume claim template, as apps/v1 has it.
  struct Claim {
    std::string size;
    std::optional<std::string> storage_class;  ///< empty: not set
    std::vector<std::string> access_modes;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
  };

  std::string name;
  std::string uid;
  std::int64_t generation = 0;  ///< counts the changes of its specification
  std::map<std::string, std::string> labels;
  std::optional<Claim> claim;
  /// What a projected volume of its pods has of Secrets.
  struct Projected {
    std::string name;                         ///< of the first Secret
    std::map<std::string, std::string> keys;  ///< by the path of the file
  };

  std::map<std::string, Projected> secrets;   ///< by the volume's name
  std::map<std::string, std::string> images;  ///< by the container's name
};

/// A Secret's values, decoded.
struct SecretState {
  std::string resource_version;
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> annotations;
};

/// What a Secret is made from, or what of it is changed.
struct SecretBody {
  std::string type = "Opaque";
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
};

/// An entry of a pod's status.conditions.
struct PodCondition {
  std::string type;  ///< "bowline/Started"
  bool holds = false;
  std::string reason;   ///< CamelCase
  std::string message;  ///< at most 1024 bytes are kept
  std::string since;    ///< when `holds` became what it is; RFC 3339

  bool operator==(const PodCondition&) const = default;
};

/// The pod that this process runs in.
ObjectRef RefOf(const PodEnv& pod);

/// That very pod, as it was read: a change is refused when it is another one, or has changed.
ObjectRef RefOf(const std::string& name_space, const std::string& name, const PodState& read);

class KubeApi {
 public:
  /// From the pod's own mounts and environment (KUBERNETES_SERVICE_HOST, service account files).
  /// kNotFound when this pod has no token: the chart was installed without API rights.
  static Result<KubeApi> InCluster();

  Result<ConfigMapState> GetConfigMap(const std::string& name_space, const std::string& name,
                                      Deadline deadline) const;
  /// Its annotations alone: the object's data stay at the API server.
  Result<std::map<std::string, std::string>> ConfigMapAnnotations(const std::string& name_space,
                                                                  const std::string& name,
                                                                  Deadline deadline) const;
  /// Compare-and-swap of keys: merges `data` when the object still has `resource_version`; kAborted
  /// otherwise.
  Status PatchConfigMap(const std::string& name_space, const std::string& name,
                        const std::string& resource_version,
                        const std::map<std::string, std::string>& data, Deadline deadline) const;
  /// Sets these annotations of the object, and removes those without a value; its others stay.
  Status Annotate(const std::string& name_space, const std::string& name,
                  const std::map<std::string, std::optional<std::string>>& annotations,
                  Deadline deadline) const;
  /// Compare-and-swap of labels and annotations; the object's others stay. Errors as
  /// PatchConfigMap's.
  Status MarkConfigMap(const std::string& name_space, const std::string& name,
                       const std::string& resource_version,
                       const std::map<std::string, std::string>& labels,
                       const std::map<std::string, std::string>& annotations,
                       Deadline deadline) const;
  /// Sets one label of a pod; its other labels stay. Refused when a later pod has this name: a
  /// process that was cut off must not speak for its successor. kAborted when the pod has changed.
  Status SetPodLabel(const ObjectRef& pod, const std::string& label, const std::string& value,
                     Deadline deadline) const;
  /// The same with an annotation.
  Status SetPodAnnotation(const ObjectRef& pod, const std::string& annotation,
                          const std::string& value, Deadline deadline) const;
  Result<PodState> GetPod(const std::string& name_space, const std::string& name,
                          Deadline deadline) const;
  /// All that have all these labels.
  Result<std::vector<PodState>> Pods(const std::string& name_space,
                                     const std::map<std::string, std::string>& labels,
                                     Deadline deadline) const;
  /// Sets these conditions of a pod; its others stay. Refused as SetPodLabel is.
  Status SetPodConditions(const ObjectRef& pod, const std::vector<PodCondition>& conditions,
                          Deadline deadline) const;
  /// The StatefulSet with its uid, without which `kubectl describe` does not find its Events.
  Result<ObjectRef> GetStatefulSet(const std::string& name_space, const std::string& name,
                                   Deadline deadline) const;
  /// All that have all these labels.
  Result<std::vector<StatefulSetState>> StatefulSets(
      const std::string& name_space, const std::map<std::string, std::string>& labels,
      Deadline deadline) const;
  /// All volume claims that have all these labels.
  Result<std::vector<ClaimState>> Claims(const std::string& name_space,
                                         const std::map<std::string, std::string>& labels,
                                         Deadline deadline) const;
  /// Is the object there? kInvalidArgument unless `kind` is Service, ConfigMap or
  /// PodDisruptionBudget.
  Result<bool> Has(const std::string& kind, const std::string& name_space, const std::string& name,
                   Deadline deadline) const;
  /// `reporter` is the pod that tells.
  Status CreateEvent(const ObjectRef& about, const EventBody& event, const std::string& reporter,
                     Deadline deadline) const;
  Result<SecretState> GetSecret(const std::string& name_space, const std::string& name,
                                Deadline deadline) const;
  /// kAlreadyExists when somebody was first.
  Status CreateSecret(const std::string& name_space, const std::string& name,
                      const SecretBody& secret, Deadline deadline) const;
  /// Sets these values, labels and annotations; its others stay, and its type.
  Status PatchSecret(const std::string& name_space, const std::string& name,
                     const SecretBody& secret, Deadline deadline) const;

 private:
  KubeApi(std::string base_url, std::string account)
      : base_url_(std::move(base_url)), account_(std::move(account)) {}
  /// The items of a list, page by page.
  Status List(const std::string& path, const std::map<std::string, std::string>& labels,
              Deadline deadline, const std::function<Status(const JsonView&)>& take) const;
  Result<std::string> Call(const char* method, const std::string& path, const std::string& body,
                           const char* content_type, Deadline deadline,
                           const char* accept = "application/json") const;
  /// Sets an entry of the pod's metadata.
  Status PatchPodMap(const ObjectRef& pod, std::string_view map, const std::string& name,
                     const std::string& value, Deadline deadline) const;

  std::string base_url_;
  std::string account_;  ///< folder of token and ca.crt
};

}  // namespace bowline
