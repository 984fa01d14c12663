// The key of the members' messages, from the mounted Secret.

#include "runtime/mounted.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/sys.h"

namespace bowline {
namespace {

using testing::Spill;
using testing::TempFolder;

struct Mounted {
  Mounted() {
    settings.auth_directory = secret.path();
    settings.name_space = "ns";
    settings.release = "cache";
    Spill(secret / "password", "clients\n");
    Spill(secret / "replication-password", "members\n");
  }
  TempFolder secret;
  Settings settings;
  std::string Key() { return LoadSecrets(settings)->peer_key; }
};

TEST_CASE_METHOD(Mounted, "the Secret's own key is used") {
  Spill(secret / "peer-key", "random\n");
  CHECK(Key() == "random");
}

TEST_CASE_METHOD(Mounted,
                 "without one it is derived from the members' password, not from the clients'") {
  const std::string derived = Key();
  CHECK(derived.size() == 64);
  Spill(secret / "password", "other");
  CHECK(Key() == derived);
  Spill(secret / "replication-password", "other");
  CHECK(Key() != derived);
}

TEST_CASE_METHOD(Mounted, "a key that is empty is refused, not replaced by another one") {
  Spill(secret / "peer-key", "\n");
  const auto secrets = LoadSecrets(settings);
  REQUIRE_FALSE(secrets);
  CHECK(secrets.error().message.contains("peer-key is empty"));
}

TEST_CASE_METHOD(Mounted, "without passwords two releases have different keys") {
  settings.auth = false;
  const std::string own = Key();
  settings.release = "queue";
  CHECK(Key() != own);
  settings.release = "cache";
  settings.name_space = "other";
  CHECK(Key() != own);
}

}  // namespace
}  // namespace bowline
