// The calls against a fake Kubernetes API: testing/kube.h.

#include "kube/api.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>

#include "base/digest.h"
#include "base/json.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::BodyOf;
using testing::FakeCluster;
using testing::Soon;
using testing::Spill;

TEST_CASE("a ConfigMap is read") {
  const FakeCluster cluster;
  const auto state = cluster.Api().GetConfigMap("ns", "record", Soon());
  REQUIRE(state);
  CHECK(state->resource_version == "7");
  CHECK(state->data == std::map<std::string, std::string>{{"installation", "0123"}});
  const JsonDocument request = cluster.LastRequest();
  CHECK(request.root().GetString("method") == "GET");
  CHECK(request.root().GetString("path") == "/api/v1/namespaces/ns/configmaps/record");
  for (const char* empty : {"nodata", "nulldata"}) {
    CHECK(cluster.Api().GetConfigMap("ns", empty, Soon())->data.empty());
  }
}

TEST_CASE("compare and swap: the second writer is told to look again") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  REQUIRE(api.PatchConfigMap("ns", "record", "7", {{"installation", "abc"}}, Soon()));
  CHECK(cluster.LastRequest().root().GetString("type") == "application/merge-patch+json");
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"resourceVersion":"7"},"data":{"installation":"abc"}})");
  const auto second = api.PatchConfigMap("ns", "record", "7", {{"installation", "def"}}, Soon());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::kAborted);
  CHECK(api.GetConfigMap("ns", "record", Soon())->data.at("installation") == "abc");
}

TEST_CASE("labels and annotations of a ConfigMap, by compare and swap") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  REQUIRE(api.MarkConfigMap("ns", "record", "7", {{"a", "1"}}, {{"b", "2"}}, Soon()));
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"resourceVersion":"7","labels":{"a":"1"},"annotations":{"b":"2"}}})");
  CHECK(api.MarkConfigMap("ns", "record", "7", {{"a", "3"}}, {}, Soon()).error().code ==
        Code::kAborted);
  const auto record = api.GetConfigMap("ns", "record", Soon());
  CHECK(record->labels.at("a") == "1");
  CHECK(record->annotations.at("b") == "2");
  CHECK(record->data.at("installation") == "0123");
}

TEST_CASE("statuses say what to do next, with the API's own words") {
  const FakeCluster cluster;
  CHECK(cluster.ErrorOf("absent").code == Code::kNotFound);
  CHECK_THAT(cluster.ErrorOf("absent").message,
             ContainsSubstring("404 configmaps \"absent\" not found"));
  CHECK(cluster.ErrorOf("forbidden").code == Code::kPermissionDenied);
  CHECK(cluster.ErrorOf("invalid").code == Code::kInvalidArgument);
  for (const char* name : {"broken", "busy", "gone", "redirect", "plainerror"}) {
    CHECK(cluster.ErrorOf(name).code == Code::kUnavailable);
  }
  CHECK(cluster.ErrorOf("plainerror").message.size() < 400);
}

TEST_CASE("the token is read anew for each call: rotation needs no restart") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  Spill(cluster.folder() / "token", "old-token");
  const auto refused = api.GetConfigMap("ns", "record", Soon());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kPermissionDenied);
  CHECK_THAT(refused.error().message, !ContainsSubstring("old-token"));
  Spill(cluster.folder() / "token", "good-token\n");
  CHECK(api.GetConfigMap("ns", "record", Soon()));
}

TEST_CASE("answers that are none") {
  const FakeCluster cluster;
  CHECK(cluster.ErrorOf("html").code == Code::kInvalidArgument);
  CHECK(cluster.ErrorOf("numbers").code == Code::kInvalidArgument);
  CHECK(cluster.ErrorOf("cut").code == Code::kUnavailable);
  CHECK(cluster.ErrorOf("huge").code == Code::kUnavailable);
}

TEST_CASE("a slow API costs the deadline and no more") {
  const FakeCluster cluster;
  for (const char* name : {"slow", "drip"}) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(cluster.ErrorOf(name, Milliseconds(400)).code == Code::kDeadlineExceeded);
    CHECK(Since(start) < Milliseconds(5000));
  }
}

TEST_CASE("only the cluster's own certificate is trusted, and only for its address") {
  const FakeCluster cluster;
  SECTION("another authority") { cluster.MakeCertificate("ca.crt"); }
  SECTION("another name") { ::setenv("KUBERNETES_SERVICE_HOST", "localhost", 1); }
  CHECK(cluster.ErrorOf("record").code == Code::kPermissionDenied);
}

TEST_CASE("no server, no token, no cluster") {
  FakeCluster cluster;
  const KubeApi api = cluster.Api();
  cluster.Kill();
  CHECK(cluster.ErrorOf("record").code == Code::kUnavailable);
  std::filesystem::remove(cluster.folder() / "token");
  CHECK(api.GetConfigMap("ns", "record", Soon()).error().code == Code::kNotFound);
  CHECK(KubeApi::InCluster().error().code == Code::kNotFound);
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  CHECK(KubeApi::InCluster().error().code == Code::kNotFound);
}

TEST_CASE("an object is there, is not, or cannot be asked for") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  CHECK(api.Has("ConfigMap", "ns", "record", Soon()) == true);
  CHECK(cluster.LastRequest().root().GetString("path") ==
        "/api/v1/namespaces/ns/configmaps/record");
  CHECK(api.Has("Service", "ns", "absent", Soon()) == false);
  CHECK(cluster.LastRequest().root().GetString("path") == "/api/v1/namespaces/ns/services/absent");
  CHECK(api.Has("PodDisruptionBudget", "ns", "workload", Soon()) == true);
  CHECK(cluster.LastRequest().root().GetString("path") ==
        "/apis/policy/v1/namespaces/ns/poddisruptionbudgets/workload");
  CHECK(api.Has("Service", "ns", "forbidden", Soon()).error().code == Code::kPermissionDenied);
  CHECK(api.Has("Service", "ns", "broken", Soon()).error().code == Code::kUnavailable);
  CHECK(api.Has("Secret", "ns", "record", Soon()).error().code == Code::kInvalidArgument);
}

TEST_CASE("a label is put on this very pod") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  const ObjectRef pod{.name = "web-0", .name_space = "ns", .uid = "u-1"};
  REQUIRE(api.SetPodLabel(pod, "bowline/role", "primary", Soon()));
  CHECK(cluster.LastRequest().root().GetString("path") == "/api/v1/namespaces/ns/pods/web-0");
  CHECK(cluster.LastRequest().root().GetString("type") == "application/merge-patch+json");
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"uid":"u-1","labels":{"bowline/role":"primary"}}})");
  const ObjectRef former{.name = "web-0", .name_space = "ns", .uid = "u-0"};
  CHECK(api.SetPodLabel(former, "bowline/role", "primary", Soon()).error().code ==
        Code::kInvalidArgument);
}

TEST_CASE("a pod's labels are read, and changed only as long as they are what was read") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  const auto pod = api.GetPod("ns", "primary-1", Soon());
  REQUIRE(pod);
  CHECK(pod->uid == "u-1");
  CHECK(pod->resource_version == "5");
  CHECK(pod->labels == std::map<std::string, std::string>{{"bowline/role", "primary"}});
  CHECK(api.GetPod("ns", "absent-1", Soon()).error().code == Code::kNotFound);
  ObjectRef ref{.name = "primary-1", .name_space = "ns", .uid = "u-1", .resource_version = "4"};
  CHECK(api.SetPodLabel(ref, "bowline/role", "replica", Soon()).error().code == Code::kAborted);
  ref.resource_version = "5";
  CHECK(api.SetPodLabel(ref, "bowline/role", "replica", Soon()));
}

TEST_CASE("conditions are merged by their type into this very pod's status, within the limits") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  const ObjectRef pod{.name = "web-0", .name_space = "ns", .uid = "u-1"};
  const PodCondition started{.type = "bowline/Started",
                             .holds = true,
                             .reason = "Seed",
                             .message = "why",
                             .since = "2026-11-21T09:00:00Z"};
  const PodCondition primary{.type = "bowline/Primary", .message = std::string(2000, 'm')};
  REQUIRE(api.SetPodConditions(pod, {started}, Soon()));
  CHECK(cluster.LastRequest().root().GetString("method") == "PATCH");
  CHECK(cluster.LastRequest().root().GetString("path") ==
        "/api/v1/namespaces/ns/pods/web-0/status");
  CHECK(cluster.LastRequest().root().GetString("type") == "application/strategic-merge-patch+json");
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"uid":"u-1"},"status":{"conditions":[{"type":"bowline/Started",)"
        R"("status":"True","lastTransitionTime":"2026-11-21T09:00:00Z","reason":"Seed",)"
        R"("message":"why"}]}})");
  REQUIRE(api.SetPodConditions(pod, {started, primary}, Soon()));
  const auto patch = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  REQUIRE(patch);
  const auto conditions = patch->root().Get("status")->Get("conditions")->AsArray();
  REQUIRE(conditions);
  REQUIRE(conditions->size() == 2);
  CHECK(conditions->at(1).GetString("status") == "False");
  CHECK(conditions->at(1).GetString("message") == std::string(1024, 'm'));
  const ObjectRef denied{.name = "forbidden-0", .name_space = "ns", .uid = "u-1"};
  CHECK(api.SetPodConditions(denied, {started}, Soon()).error().code == Code::kPermissionDenied);
  const ObjectRef former{.name = "web-0", .name_space = "ns", .uid = "u-0"};
  CHECK(api.SetPodConditions(former, {started}, Soon()).error().code == Code::kInvalidArgument);
}

TEST_CASE("an event, about the pod, within the API's limits") {
  const FakeCluster cluster;
  const ObjectRef about{.name = "demo-shard-0-0", .name_space = "ns", .uid = "u-1"};
  // 1023 bytes and then a character of two: the cut must not leave a half.
  const std::string message = std::string(1023, 'm') + "\xc3\xa4 and more";
  REQUIRE(cluster.Api().CreateEvent(
      about, {.reason = "StartRefused", .message = message, .warning = true}, about.name, Soon()));
  CHECK(cluster.LastRequest().root().GetString("path") == "/api/v1/namespaces/ns/events");
  const auto event = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  REQUIRE(event);
  const JsonView root = event->root();
  CHECK(root.GetString("reason") == "StartRefused");
  CHECK(root.GetString("type") == "Warning");
  CHECK(root.GetString("message") == std::string(1023, 'm'));
  CHECK(root.Get("involvedObject")->GetString("name") == "demo-shard-0-0");
  CHECK(root.Get("involvedObject")->GetString("uid") == "u-1");
  CHECK(root.Get("metadata")->GetString("namespace") == "ns");
  CHECK(root.Get("metadata")->GetString("name")->starts_with("demo-shard-0-0."));
}

TEST_CASE("an event about a StatefulSet, which is known by its uid") {
  const FakeCluster cluster;
  const auto set = cluster.Api().GetStatefulSet("ns", "workload", Soon());
  REQUIRE(set);
  CHECK(cluster.LastRequest().root().GetString("path") ==
        "/apis/apps/v1/namespaces/ns/statefulsets/workload");
  REQUIRE(cluster.Api().CreateEvent(*set, {.reason = "HandedOver", .message = "m"}, "workload-1",
                                    Soon()));
  const auto event = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  REQUIRE(event);
  const JsonView root = event->root();
  const auto about = root.Get("involvedObject");
  CHECK(about->GetString("kind") == "StatefulSet");
  CHECK(about->GetString("apiVersion") == "apps/v1");
  CHECK(about->GetString("name") == "workload");
  CHECK(about->GetString("uid") == "u-7");
  CHECK(root.GetString("reportingInstance") == "workload-1");
  CHECK(cluster.Api().GetStatefulSet("ns", "forbidden", Soon()).error().code ==
        Code::kPermissionDenied);
}

TEST_CASE("StatefulSets are found by their labels, page by page, with what is fixed in them") {
  const FakeCluster cluster;
  const auto find = [&](const std::string& instance) {
    return cluster.Api().StatefulSets(
        "ns", {{"app.kubernetes.io/instance", instance}, {"app.kubernetes.io/name", "bowline"}},
        Soon());
  };
  const auto found = find("demo");
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  const StatefulSetState& server = found->front();
  CHECK(server.name == "demo-server");
  CHECK(server.uid == "u-server");
  CHECK(server.generation == 3);
  CHECK(server.labels.at("app.kubernetes.io/name") == "bowline");
  REQUIRE(server.secrets.size() == 1);
  CHECK(server.secrets.at("auth").name == "demo-auth");
  CHECK(server.secrets.at("auth").keys ==
        std::map<std::string, std::string>{{"password", "p"}, {"peer-key", "k"}});
  REQUIRE(server.claim);
  CHECK(server.claim->size == "8Gi");
  CHECK(server.claim->storage_class == "fast");
  CHECK(server.claim->access_modes == std::vector<std::string>{"ReadWriteOnce"});
  CHECK(server.claim->labels.at("team") == "a");
  CHECK(server.claim->annotations.at("b") == "c");
  CHECK_FALSE(found->at(1).claim);
  CHECK_FALSE(found->at(2).claim->storage_class);
  CHECK(*cluster.LastRequest().root().GetString("path") ==
        "/apis/apps/v1/namespaces/ns/statefulsets?limit=100&labelSelector="
        "app.kubernetes.io%2Finstance%3Ddemo%2Capp.kubernetes.io%2Fname%3Dbowline&continue=page2");
  REQUIRE(find("absent"));
  CHECK(find("absent")->empty());
  CHECK_FALSE(find("malformed"));
}

TEST_CASE("of a ConfigMap the annotations alone, without its data") {
  const FakeCluster cluster;
  const auto annotations = cluster.Api().ConfigMapAnnotations("ns", "demo-config", Soon());
  REQUIRE(annotations);
  CHECK(annotations->at("bowline/revision") == "0a1b2c3d4e5f");
  CHECK(cluster.LastRequest().root().GetString("accept") ==
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  CHECK(cluster.Api().ConfigMapAnnotations("ns", "nodata", Soon())->empty());
  CHECK(cluster.Api().ConfigMapAnnotations("ns", "absent", Soon()).error().code == Code::kNotFound);
}

TEST_CASE("an annotation goes to this very pod") {
  const FakeCluster cluster;
  const ObjectRef pod{.name = "web-0", .name_space = "ns", .uid = "u-1"};
  REQUIRE(cluster.Api().SetPodAnnotation(pod, "bowline/wants-revision", "r", Soon()));
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"uid":"u-1","annotations":{"bowline/wants-revision":"r"}}})");
}

TEST_CASE("Secrets: decoded, encoded, and never twice") {
  const FakeCluster cluster;
  const KubeApi api = cluster.Api();
  const auto values = api.GetSecret("ns", "passwords", Soon());
  REQUIRE(values);
  CHECK(values->resource_version == "1");
  CHECK(values->values.at("password") == std::string("se\0cret", 7));
  CHECK(api.GetSecret("ns", "absent", Soon()).error().code == Code::kNotFound);
  CHECK(api.GetSecret("ns", "badbase64", Soon()).error().code == Code::kInvalidArgument);
  const SecretBody body{.type = "own/type",
                        .values = {{"password", "p"}},
                        .labels = {{"a", "b"}},
                        .annotations = {{"c", "d"}}};
  REQUIRE(api.CreateSecret("ns", "new", body, Soon()));
  const auto secret = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  CHECK(secret->root().Get("data")->GetString("password") == Base64Encode("p"));
  CHECK(secret->root().Get("metadata")->Get("labels")->GetString("a") == "b");
  CHECK(secret->root().Get("metadata")->Get("annotations")->GetString("c") == "d");
  CHECK(secret->root().GetString("type") == "own/type");
  CHECK(api.CreateSecret("ns", "taken", body, Soon()).error().code == Code::kAlreadyExists);
  CHECK(api.CreateSecret("ns", "forbidden", body, Soon()).error().code == Code::kPermissionDenied);
  REQUIRE(api.PatchSecret("ns", "passwords", {.annotations = {{"c", "d"}}}, Soon()));
  CHECK(cluster.LastRequest().root().GetString("type") == "application/merge-patch+json");
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"labels":{},"annotations":{"c":"d"}},"data":{}})");
}

}  // namespace
}  // namespace bowline
