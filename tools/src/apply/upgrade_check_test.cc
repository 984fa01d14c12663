// What the gate finds at a fake Kubernetes API: testing/kube.h.

#include <catch2/generators/catch_generators.hpp>

#include "apply/upgrade/check.h"
#include "base/digest.h"
#include "testing/kube.h"

namespace bowline {
namespace {

using testing::BodyOf;
using testing::FakeCluster;
using testing::Soon;

AskedState Asked() {
  AskedState asked;
  asked.instance = "demo";
  asked.name_label = "bowline";
  asked.config = "declared";
  asked.passwords.secret = "passwords";
  asked.own_secret = true;
  return asked;
}

TEST_CASE("what is installed is found by labels and by names") {
  const FakeCluster cluster;
  AskedState asked = Asked();
  const auto found = FindInstalled(cluster.Api(), "ns", asked, Soon());
  REQUIRE(found);
  REQUIRE(found->sets.size() == 2);  // that of another component is not ours
  CHECK(found->sets[0].name == "demo-server");
  CHECK(found->sets[1].component == "sentinel");
  CHECK(found->name_label == "kv");  // of the ConfigMap that has the declared name
  REQUIRE(found->sets[0].claim);
  CHECK(found->sets[0].claim->storage_class == "fast");
  CHECK(found->sets[0].claim->labels.at("team") == "a");
  CHECK_FALSE(found->sets[1].claim);
  CHECK(found->passwords.secret == "demo-auth");
  CHECK(found->passwords.keys.at("peer-key") == "k");
  CHECK_FALSE(found->secret_missing);
  REQUIRE(found->shape);
  CHECK(found->shape->mode == "sentinel");
  CHECK(found->version == "u-server:3;u-sentinel:3;1;1");
  CHECK(found->password == std::string("se\0cret", 7));
  CHECK(found->replication_password.empty());
}

TEST_CASE("beside other charts a set is found by the chart's name, too") {
  const FakeCluster cluster;
  AskedState asked = Asked();
  const auto selector = [&] {
    REQUIRE(FindInstalled(cluster.Api(), "ns", asked, Soon()));
    return *cluster.Requests().front().root().GetString("path");
  };
  CHECK_FALSE(selector().contains("name%3Dbowline"));
  std::filesystem::remove(cluster.folder() / "log");
  asked.alone = false;
  CHECK(selector().contains("name%3Dbowline"));
}

TEST_CASE(
    "what the servers run: as their pods tell, else by their image; asked for with the trial") {
  const FakeCluster cluster;
  AskedState asked = Asked();
  CHECK(FindInstalled(cluster.Api(), "ns", asked, Soon())->engines.empty());
  asked.try_engine = true;
  auto engines = FindInstalled(cluster.Api(), "ns", asked, Soon())->engines;
  REQUIRE(engines.size() == 2);
  CHECK(engines[0].ToString() == "redis 8.2.1");
  CHECK(engines[1].ToString() == "redis 8.0.2");
  asked.instance = "unlabelled";
  engines = FindInstalled(cluster.Api(), "ns", asked, Soon())->engines;
  REQUIRE(engines.size() == 1);
  CHECK(engines[0].version == "7.4");
}

TEST_CASE("what is not there is empty; what cannot be read is an error") {
  const FakeCluster cluster;
  AskedState asked = Asked();
  asked.config = asked.passwords.secret = asked.instance = "absent";
  const auto found = FindInstalled(cluster.Api(), "ns", asked, Soon());
  REQUIRE(found);
  CHECK(found->sets.empty());
  CHECK_FALSE(found->shape);
  CHECK(found->version.empty());
  CHECK(found->secret_missing);
  CHECK(found->password.empty());
  asked.config = "unread";
  CHECK(FindInstalled(cluster.Api(), "ns", asked, Soon()).error().message.contains("unread"));
  asked.config = "forbidden";
  CHECK(FindInstalled(cluster.Api(), "ns", asked, Soon()).error().code == Code::kPermissionDenied);
  asked = Asked();
  asked.passwords.secret = "broken";
  CHECK(FindInstalled(cluster.Api(), "ns", asked, Soon()).error().code == Code::kUnavailable);
}

/// To be made: that Secret.
AskedState AskedFor(const std::string& secret) {
  AskedState asked = Asked();
  asked.passwords.secret = secret;
  asked.secret_annotations = {{"example.org/reflect", "no"}};
  return asked;
}

TEST_CASE("what an uninstall has left is found when nothing runs") {
  const FakeCluster cluster;
  AskedState asked = Asked();
  asked.instance = "left";
  asked.config = "absent";
  asked.record = "recorded";
  asked.own_secret = false;
  auto found = FindInstalled(cluster.Api(), "ns", asked, Soon());
  REQUIRE(found);
  REQUIRE(found->claims.size() == 1);  // that of another component is not ours
  CHECK(found->claims[0].name == "data-0");
  CHECK(found->version == "c-0;");
  REQUIRE(found->recorded);
  CHECK(found->recorded->ToString() == "valkey 8.1.1");
  CHECK(found->engines == std::vector{*found->recorded});
  for (const char* record : {"absent", "nodata", ""}) {
    asked.record = record;
    CHECK_FALSE(FindInstalled(cluster.Api(), "ns", asked, Soon())->recorded);
  }
  asked.config = "declared";
  CHECK(FindInstalled(cluster.Api(), "ns", asked, Soon())->claims.empty());
}

TEST_CASE("passwords are made once, and a Secret without one is not taken") {
  const FakeCluster cluster;
  const auto make = [&](const std::string& secret) {
    return MakePasswords(cluster.Api(), "ns", AskedFor(secret), Soon());
  };
  CHECK(make("nodata").error().code == Code::kFailedPrecondition);
  CHECK_FALSE(make("broken"));
  CHECK(make("taken").error().code == Code::kUnavailable);  // made meanwhile: to be tried again
  std::filesystem::remove(cluster.folder() / "log");
  REQUIRE(make("absent"));
  const auto secret = JsonDocument::Parse(BodyOf(cluster.LastRequest()));
  const auto data = secret->root().Get("data");
  for (const char* key : {"password", "replication-password", "peer-key"}) {
    CHECK(data->GetString(key)->size() >= 48);
  }
  CHECK(*data->GetString("password") != *data->GetString("replication-password"));
  CHECK(secret->root().Get("metadata")->Get("annotations")->GetString("example.org/reflect") ==
        "no");
}

TEST_CASE("the Secret of the service binding is made with the passwords, or put right") {
  const FakeCluster cluster;
  AskedState asked = AskedFor("passwords");
  asked.binding = {.secret = GENERATE("new", "taken"),
                   .entries = {{"host", "demo.ns.svc"}, {"port", "6379"}}};
  REQUIRE(MakePasswords(cluster.Api(), "ns", asked, Soon()));
  const JsonDocument request = cluster.LastRequest();
  CHECK(request.root().GetString("method") == (asked.binding.secret == "new" ? "POST" : "PATCH"));
  const auto secret = JsonDocument::Parse(BodyOf(request));
  CHECK(secret->root().Get("data")->GetString("uri") ==
        Base64Encode("redis://default:se%00cret@demo.ns.svc:6379"));
  if (asked.binding.secret == "new") {
    CHECK(secret->root().GetString("type") == "servicebinding.io/redis");
  }
}

TEST_CASE("a Secret that is there gets annotations that it lacks, and nothing else") {
  const FakeCluster cluster;
  REQUIRE(MakePasswords(cluster.Api(), "ns", AskedFor("passwords"), Soon()));
  CHECK(cluster.LastRequest().root().GetString("method") == "PATCH");
  CHECK(BodyOf(cluster.LastRequest()) ==
        R"({"metadata":{"labels":{},"annotations":{"example.org/reflect":"no"}},"data":{}})");
  AskedState without = AskedFor("passwords");
  without.secret_annotations.clear();
  REQUIRE(MakePasswords(cluster.Api(), "ns", without, Soon()));
  CHECK(cluster.LastRequest().root().GetString("method") == "GET");
}

}  // namespace
}  // namespace bowline
