#include "plan/upgrade/check.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <functional>

#include "testing/plan/upgrade.h"

namespace bowline {
namespace {

using testing::Claim;
using testing::kClusterJson;
using testing::kSentinelJson;
using testing::Upgrade;
using testing::ValuesOf;

TEST_CASE("nothing speaks against a first install, nor against the same again") {
  Upgrade same(GENERATE(kSentinelJson, kClusterJson));
  CHECK(same.Refusals().empty());
  same.asked.password = "one";
  same.asked.replication_password = "two";
  CHECK(same.Refusals().empty());
  same.installed = {};
  CHECK(same.Refusals().empty());
  // What an uninstall leaves.
  same.installed.password = "another";
  CHECK(same.Refusals().empty());
}

TEST_CASE("what may change: more copies, fewer that leave one, more sentinels") {
  Upgrade set;
  set.asked.shape.servers = GENERATE(2, 5);
  set.asked.shape.sentinels = GENERATE(5, 7);
  CHECK(set.Refusals().empty());
  set.installed.shape->sentinels = 5;
  set.asked.shape.sentinels = 3;
  CHECK(set.Refusals().empty());
  Upgrade cluster(kClusterJson);
  cluster.asked.shape.servers = 3;
  CHECK(cluster.Refusals().empty());
}

TEST_CASE("what destroys data or stops a set is refused, with the value's path") {
  Upgrade set;
  Upgrade cluster(kClusterJson);
  Upgrade* upgrade = &set;
  std::string value;
  std::string said;
  SECTION("mode") {
    set.asked.shape = cluster.asked.shape;
    set.asked.claims = {};
    value = "mode", said = "sentinel -> cluster: all members would be deleted";
  }
  SECTION("engine") {
    set.asked.shape.engine = "valkey";
    value = "engine", said = "redis -> valkey: ";
  }
  SECTION("fewer shards") {
    upgrade = &cluster;
    cluster.installed.shape->shards = 5;
    value = "cluster.shards", said = "5 -> 3: the members of 2 shards would be deleted";
  }
  SECTION("more shards") {
    upgrade = &cluster;
    cluster.asked.shape.shards = 4;
    value = "cluster.shards", said = "3 -> 4: no slots are moved";
  }
  SECTION("the last copy of a cluster") {
    upgrade = &cluster;
    cluster.asked.shape.servers = 1;
    value = "cluster.replicasPerShard", said = "1 -> 0: the last copy";
  }
  SECTION("the last copy of a set") {
    set.asked.shape.servers = 1;
    value = "replicas", said = "3 -> 1: the last copy";
  }
  SECTION("a majority of the sentinels") {
    set.installed.shape->sentinels = 7;
    value = "sentinel.replicas", said = "7 -> 3: a majority";
  }
  SECTION("ports") {
    set.asked.shape.ports["http"] = 9000;
    value = "ports.http", said = "8379 -> 9000: members";
  }
  SECTION("passwords on and off") {
    set.asked.shape.auth = false;
    value = "auth.enabled", said = "true -> false: ";
  }
  SECTION("sentinels with and without a password") {
    set.asked.shape.sentinel_auth = false;
    value = "sentinel.auth", said = "true -> false: ";
  }
  SECTION("the primary's name") {
    set.asked.shape.master_name = "other";
    value = "sentinel.masterName", said = "mymaster -> other: ";
  }
  SECTION("another password") {
    set.asked.password = "three";
    value = "auth.password", said = "another password than that of the Secret: ";
  }
  SECTION("another fullname") {
    set.installed.shape.reset();
    // Also one that the old names begin or end with.
    set.asked.shape.fullname = GENERATE("other", "de", "demo-server", "mo", "");
    set.asked.claims["server"].size = "16Gi";
    set.asked.name_label = "other";
    value = "fullnameOverride", said = "StatefulSet demo-server is of this release";
  }
  const auto refusals = upgrade->Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector{value});
  CHECK(refusals[0].what.starts_with(said));
  CHECK_FALSE(refusals[0].remedy.empty());
  CHECK_FALSE(refusals[0].confirmed);
  const std::string printed = PrintRefusals(refusals);
  CHECK(printed.contains(value + ": " + said));
  CHECK(printed.contains("upgrade.confirm={" + refusals[0].token + "}"));
  CHECK_FALSE(printed.contains("three"));

  upgrade->asked.confirm = {"0000000000", refusals[0].token};
  REQUIRE(upgrade->Refusals().size() == 1);
  CHECK(upgrade->Refusals()[0].confirmed);
  CHECK(PrintRefusals(upgrade->Refusals()).empty());
}

TEST_CASE("a size is the same in every way of writing it") {
  Upgrade set;
  const auto [one, other] = GENERATE(table<std::string, std::string>({{"1Gi", "1024Mi"},
                                                                      {"512Mi", "0.5Gi"},
                                                                      {"1G", "1000M"},
                                                                      {"1G", "1e9"},
                                                                      {"1G", "1E9"},
                                                                      {"1E", "1000P"},
                                                                      {"1Ei", "1024Pi"},
                                                                      {"751619276800m", "0.7Gi"},
                                                                      {"8589934592", "8Gi"}}));
  CAPTURE(one, other);
  set.installed.sets[0].claim->size = one;
  set.asked.claims["server"].size = other;
  CHECK(set.Refusals().empty());
  set.asked.claims["server"].size = GENERATE("2Ti", "no size", "", "1");
  CHECK(ValuesOf(set.Refusals()) == std::vector<std::string>{"persistence.size"});
}

TEST_CASE("a StatefulSet that was deleted to enlarge its volumes has nothing fixed any more") {
  Upgrade set;
  const auto all = set.installed.sets;
  set.installed.sets =
      GENERATE_COPY(std::vector<InstalledSet>{}, std::vector{all[0]}, std::vector{all[1]});
  for (auto& [component, claim] : set.asked.claims) {
    const bool runs =
        std::ranges::contains(set.installed.sets, component, &InstalledSet::component);
    if (!runs) claim.size = "16Gi";
  }
  CHECK(set.Refusals().empty());
}

TEST_CASE("each shard's claims are looked at, and told once") {
  Upgrade cluster(kClusterJson);
  cluster.asked.claims["server"].size = "16Gi";
  REQUIRE(ValuesOf(cluster.Refusals()) == std::vector<std::string>{"persistence.size"});
  cluster.installed.sets[0].claim->size = "16Gi";  // made anew already
  const auto refusals = cluster.Refusals();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].what.contains("demo-shard-1"));
  // The chart's own labels differ by shard, and belong to the names.
  cluster.asked.claims["server"].size = "8Gi";
  cluster.installed.sets[0].claim->size = "8Gi";
  cluster.installed.sets[1].claim->labels = {{"bowline/shard", "1"},
                                             {"app.kubernetes.io/name", "x"}};
  CHECK(cluster.Refusals().empty());
}

TEST_CASE("another Secret with the passwords, also one that is to be made") {
  Upgrade set;
  std::string value = "auth.existingSecret";
  SECTION("of the user, after the own one") {
    set.asked.own_secret = false;
    set.asked.passwords.secret = "theirs";
  }
  SECTION("forgotten") {
    set.installed.passwords.secret = "theirs";
    set.installed.secret_missing = true;
    set.installed.password.clear();
    set.asked.create_secret = true;
    value = "auth";
  }
  const auto refusals = set.Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector{value});
  CHECK(refusals[0].what.contains("Secret " + set.installed.passwords.secret + " -> " +
                                  set.asked.passwords.secret));
  set.asked.confirm = {refusals[0].token};
  CHECK(set.Refusals()[0].confirmed);
}

TEST_CASE("what Kubernetes does not change cannot be confirmed") {
  Upgrade set;
  std::string value;
  SECTION("a larger volume") {
    set.asked.claims["server"].size = "16Gi";
    value = "persistence.size";
  }
  SECTION("the sentinels' class") {
    set.asked.claims["sentinel"].storage_class = "fast";
    value = "sentinel.persistence.storageClass";
  }
  SECTION("the default class is not the same as no class") {
    set.asked.claims["server"].storage_class = "";
    value = "persistence.storageClass";
  }
  SECTION("labels of the claims") {
    set.asked.claims["server"].labels["team"] = "a";
    value = "persistence.labels";
  }
  SECTION("labels of the claims in the domains of the chart's own") {
    set.asked.claims["server"].labels["app.kubernetes.io/part-of"] = "a";
    value = "persistence.labels";
  }
  SECTION("annotations of the claims") {
    set.installed.sets[0].claim->annotations["team"] = "a";
    value = "persistence.annotations";
  }
  SECTION("access modes") {
    set.asked.claims["server"].access_modes = {"ReadWriteOncePod"};
    value = "persistence.accessModes";
  }
  SECTION("volumes off") {
    set.asked.claims.erase("server");
    value = "persistence.enabled";
  }
  SECTION("volumes on") {
    set.installed.sets[1].claim.reset();
    value = "sentinel.persistence.enabled";
  }
  SECTION("the label in the selectors") {
    set.asked.name_label = "other";
    value = "nameOverride";
  }
  const auto refusals = set.Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector{value});
  CHECK(refusals[0].token.empty());
  CHECK_FALSE(PrintRefusals(refusals).contains("upgrade.confirm"));
}

TEST_CASE("all refusals are told at once") {
  Upgrade set;
  set.asked.shape.engine = "valkey";
  set.asked.shape.servers = 1;
  set.asked.shape.ports["client"] = 7000;
  set.asked.claims["server"].size = "16Gi";
  set.asked.replication_password = "three";
  CHECK(ValuesOf(set.Refusals()) == std::vector<std::string>{"engine", "replicas", "ports.client",
                                                             "persistence.size",
                                                             "auth.replicationPassword"});
}

TEST_CASE("members that follow other passwords get them") {
  Upgrade set;
  set.asked.password = "three";
  set.asked.replication_password = "four";
  REQUIRE(set.Refusals().size() == 2);
  const auto shape = ReadShape(R"({"auth": {"enabled": true, "rotation": {}}})");
  REQUIRE(shape);
  set.installed.shape->follows_passwords = shape->follows_passwords;
  CHECK(set.Refusals().empty());
  CHECK_FALSE(ReadShape(R"({"auth": {"enabled": true}})")->follows_passwords);
  // Pods of the version before may run as long as the rollout is under way, or is held.
  set.installed.sets.front().rolled_out = false;
  CHECK(set.Refusals().size() == 2);
}

TEST_CASE("default is switched off only where no member needs it") {
  Upgrade set;
  set.asked.shape.default_user = false;
  CHECK(ValuesOf(set.Refusals()) == std::vector<std::string>{"auth.defaultUser.enabled"});
  set.installed.shape->follows_passwords = true;
  CHECK(set.Refusals().empty());
  set.installed.shape.reset();  // nothing runs
  set.installed.sets.clear();
  CHECK(set.Refusals().empty());
}

TEST_CASE("other keys of the same Secret, and an own one that is gone") {
  Upgrade set;
  std::string value = "auth.existingSecretKeys";
  std::string said = "password=password -> password=other: ";
  SECTION("another key") { set.asked.passwords.keys["password"] = "other"; }
  SECTION("another peer key") {
    set.asked.passwords.keys["peer-key"] = "k";
    said = "password=password -> password=password, peer-key=k: ";
  }
  SECTION("gone") {
    set.installed.secret_missing = true;
    set.installed.password.clear();
    value = "auth";
    said = "Secret demo-auth is missing, another one would be made: ";
  }
  const auto refusals = set.Refusals();
  REQUIRE(ValuesOf(refusals) == std::vector{value});
  CHECK(refusals[0].what.starts_with(said));
  CHECK_FALSE(refusals[0].token.empty());
}

TEST_CASE("the next smaller number of sentinels is odd, and a majority of the present one") {
  Upgrade set;
  set.asked.shape.sentinels = 3;
  const auto [from, next] = GENERATE(table<int, std::string>({{7, "5"}, {11, "7"}, {15, "9"}}));
  set.installed.shape->sentinels = from;
  REQUIRE(ValuesOf(set.Refusals()) == std::vector<std::string>{"sentinel.replicas"});
  CHECK(set.Refusals()[0].remedy.ends_with("next to " + next));
}

TEST_CASE("a token allows one change of what was found when it was printed") {
  Upgrade set;
  set.asked.shape.servers = 1;
  const std::string token = set.Refusals()[0].token;
  CHECK(token.starts_with('t'));  // a text to YAML and to --set, whatever follows
  set.asked.confirm = {token};
  REQUIRE(set.Refusals()[0].confirmed);
  SECTION("another change of that value") { set.installed.shape->servers = 5; }
  SECTION("the same change after others, or of another installation") {
    set.installed.version = "of later";
  }
  CHECK_FALSE(set.Refusals()[0].confirmed);
}

TEST_CASE("a token tells nothing about passwords") {
  Upgrade one;
  Upgrade other;
  one.asked.password = "three";
  other.asked.password = "four";
  CHECK(one.Refusals()[0].token == other.Refusals()[0].token);
}

TEST_CASE("what the chart renders is read strictly") {
  const std::string text =
      R"({"instance": "demo", "alone": false, "name": "bowline", "config": "demo-config",
    "record": "demo-record",
    "secret": "demo-auth", "secretKeys": {"password": "p"}, "ownSecret": true,
    "createSecret": true, "secretAnnotations": {"a/b": "c"},
    "binding": {"secret": "demo-binding", "entries": {"port": "6379"}},
    "passwords": {"clients": "one", "members": ""}, "image": "registry/redis:8.0", "tryEngine": true,
    "claims": {"server": {"size": "8Gi", "accessModes": ["ReadWriteOnce"], "labels": {},
                          "annotations": {}},
               "sentinel": {"size": "1Gi", "storageClass": "", "accessModes": [],
                            "labels": {"a": "b"}, "annotations": {}}},
    "confirm": ["0123456789"]})";
  const auto asked = ReadAsked(text, R"({"mode": "cluster"})");
  REQUIRE(asked);
  CHECK(asked->instance == "demo");
  CHECK(asked->create_secret);
  CHECK(asked->record == "demo-record");
  CHECK(asked->secret_annotations.at("a/b") == "c");
  CHECK(asked->binding.secret == "demo-binding");
  CHECK(asked->binding.entries.at("port") == "6379");
  CHECK(asked->image == "registry/redis:8.0");
  CHECK(asked->try_engine);
  CHECK(asked->passwords == PasswordSource{.secret = "demo-auth", .keys = {{"password", "p"}}});
  CHECK(asked->password == "one");
  CHECK(asked->shape.mode == "cluster");
  CHECK(asked->claims.at("server") == Claim());
  CHECK(asked->claims.at("sentinel").storage_class == "");
  CHECK(asked->claims.at("sentinel").labels.at("a") == "b");
  CHECK(asked->confirm == std::vector<std::string>{"0123456789"});
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    const auto read = ReadAsked(other, "{}");
    return read ? "" : read.error().message;
  };
  CHECK(broken("\"size\": \"8Gi\"", "\"size\": 8").contains("claims.server.size"));
  CHECK(broken("\"config\"", "\"configs\"").contains("configs"));
  CHECK(broken("[\"0123456789\"]", "\"x\"").contains("confirm"));
  CHECK(broken("\"tryEngine\": true", "\"tryEngine\": 1").contains("tryEngine"));
  CHECK_FALSE(ReadAsked(text, "[]"));
}

TEST_CASE("what an older chart has not told is not compared") {
  Upgrade set;
  set.installed.shape = *ReadShape(R"({"fullname": "demo"})");
  CHECK(set.Refusals().empty());
  set.installed.shape = *ReadShape(R"({"mode": 3, "ports": [], "sentinel": null})");
  CHECK(set.Refusals().empty());
  CHECK_FALSE(ReadShape("[]"));
  CHECK_FALSE(ReadShape("{"));
}

}  // namespace
}  // namespace bowline
