#pragma once
// What a release declares, as far as another one may follow it or not: of the installed
// bowline.json, and of the files that the chart shows to the gate (docs/decisions/0029-upgrade-
// gate.md). Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/upgrade/binding.h"

namespace bowline {

/// What is fixed in a volume claim template.
struct ClaimTemplate {
  std::string size;                          ///< "8Gi"
  std::optional<std::string> storage_class;  ///< empty: the cluster's default; "": no class
  std::vector<std::string> access_modes;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  bool operator==(const ClaimTemplate&) const = default;
};

/// Claims by component ("server", "sentinel"); one without volumes is not in it.
using ClaimTemplates = std::map<std::string, ClaimTemplate>;

/// What of a declaration decides whether another one may follow it. Read leniently: that of an
/// older or later chart lacks or has more. What is empty was not told, and is not compared.
struct Shape {
  std::optional<std::string> fullname;
  std::optional<std::string> mode;
  std::optional<std::string> engine;
  std::optional<std::int64_t> shards;     ///< cluster mode
  std::optional<std::int64_t> servers;    ///< of each shard
  std::optional<std::int64_t> sentinels;  ///< sentinel mode
  std::optional<std::string> master_name;
  std::optional<bool> auth;
  std::optional<bool> sentinel_auth;
  bool default_user = true;                   ///< auth.defaultUser.enabled
  bool follows_passwords = false;             ///< its members take other passwords while they run
  std::string tls = "off";                    ///< tls.mode
  std::map<std::string, std::int64_t> ports;  ///< "client", "bus", "sentinel", "peers", "http"
  [[nodiscard]] bool TlsAmongMembers() const { return tls == "prefer" || tls == "require"; }
};

/// Of a bowline.json. kInvalidArgument when it is no JSON object.
Result<Shape> ReadShape(std::string_view bowline_json);

/// Where members read their passwords.
struct PasswordSource {
  std::string secret;                       ///< its name; empty: without passwords
  std::map<std::string, std::string> keys;  ///< by what they are: "password", "peer-key"
  bool operator==(const PasswordSource&) const = default;
};

/// What is to follow, and where to look for what is installed.
struct AskedState {
  std::string instance;  ///< label app.kubernetes.io/instance of the release's objects
  bool alone = true;     ///< the release has no objects of other charts
  std::string config;    ///< name of the ConfigMap with bowline.json
  std::string record;    ///< name of the installation record
  PasswordSource passwords;
  bool own_secret = false;     ///< it is the release's, so that the gate may read it
  bool create_secret = false;  ///< passwords are made when the Secret is not there
  std::map<std::string, std::string> secret_annotations;  ///< of the Secret that is made
  ServiceBinding binding;                                 ///< made with the passwords
  Shape shape;
  std::string name_label;
  ClaimTemplates claims;
  std::string password;              ///< as given in the values; empty: none was given
  std::string replication_password;  ///< the same
  std::string image;                 ///< of the engine
  bool try_engine = false;           ///< a container beside the gate starts it
  std::vector<std::string> confirm;  ///< tokens
};

/// Of the files that the chart shows to the gate. kInvalidArgument with the path of the first value
/// of `gate_json` that is missing, of another type or unknown.
Result<AskedState> ReadAsked(std::string_view gate_json, std::string_view bowline_json);

/// Are these the same number? The API server writes "1024Mi" as "1Gi" and "0.7Gi" as
/// "751619276800m" (apimachinery, resource/quantity.go). What is no quantity is the same as itself
/// alone.
bool SameQuantity(const std::string& one, const std::string& other);

}  // namespace bowline
