#pragma once
// May this declaration follow the one that is installed? Asked by the hook Job before an install,
// an upgrade and a rollback, while everything that runs is still untouched. Pure.
// Why so: docs/decisions/0029-upgrade-gate.md.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// What is fixed in a volume claim template.
struct ClaimTemplate {
  std::string size;                          ///< "8Gi"
  std::optional<std::string> storage_class;  ///< empty: the cluster's default; "": no class
  std::vector<std::string> access_modes;
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
  std::map<std::string, std::int64_t> ports;  ///< "client", "bus", "sentinel", "peers", "http"
};

/// Of a bowline.json. kInvalidArgument when it is no JSON object.
Result<Shape> ReadShape(std::string_view bowline_json);

/// What is installed.
struct InstalledState {
  /// Of the ConfigMap of that fullname; empty: there is none.
  std::optional<Shape> shape;
  std::string installation;  ///< of the record; empty: there is none
  /// The first StatefulSet of servers of the release, by its labels; empty: there is none.
  std::string server_set;
  std::string name_label;  ///< app.kubernetes.io/name of what was found
  ClaimTemplates claims;
  std::string password;  ///< of the members' Secret; empty: there is none
  std::string replication_password;
};

/// What is to follow, and where to look for what is installed. The chart renders it as one file.
struct AskedState {
  std::string instance;  ///< label app.kubernetes.io/instance of the release's objects
  bool alone = true;     ///< the release has no objects of other charts
  std::string config;    ///< name of the ConfigMap with bowline.json
  std::string record;    ///< of the record
  std::string secret;    ///< of the Secret with the passwords; empty: without, or somebody else's
  bool create_secret = false;  ///< passwords are made when the Secret is not there
  Shape shape;
  std::string name_label;
  ClaimTemplates claims;
  std::string password;              ///< as given in the values; empty: none was given
  std::string replication_password;  ///< the same
  std::vector<std::string> confirm;  ///< tokens
};

/// kInvalidArgument with the path of the first value that is missing, of another type or unknown.
Result<AskedState> ReadAsked(std::string_view gate_json);

struct Refusal {
  std::string value;   ///< the value's path: "cluster.shards"
  std::string what;    ///< from what to what, and what would happen
  std::string remedy;  ///< what to do instead
  std::string token;   ///< allows this very change; empty: nothing does
  bool confirmed = false;
};

/// Everything that speaks against it, also what is confirmed. Empty: nothing. A first install finds
/// nothing to compare.
std::vector<Refusal> CheckUpgrade(const InstalledState& installed, const AskedState& asked);

/// For the Job's log: a paragraph for each refusal that is not confirmed.
std::string PrintRefusals(const std::vector<Refusal>& refusals);

}  // namespace bowline
