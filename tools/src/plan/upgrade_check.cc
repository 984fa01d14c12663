#include "plan/upgrade_check.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <functional>
#include <variant>

#include "base/digest.h"
#include "base/json.h"

namespace bowline {
namespace {

constexpr std::size_t kTokenDigits = 10;

template <typename Value>
void Keep(const Result<Value>& read, std::optional<Value>& into) {
  if (read) into = *read;
}

/// Numbers and words of an object that may lack any of them.
void ReadSection(const JsonView& root, const char* name,
                 const std::function<void(const JsonView&)>& read) {
  const auto section = root.Get(name);
  if (section && section->IsObject()) read(*section);
}

/// Of a quantity of Kubernetes (apimachinery, resource/quantity.go): the API server writes "1024Mi"
/// as "1Gi". What is none stands for itself alone.
std::variant<double, std::string> BytesOf(const std::string& quantity) {
  static const std::map<std::string, double, std::less<>> kUnits{
      {"", 1},        {"m", 1e-3},     {"k", 1e3},         {"M", 1e6},
      {"G", 1e9},     {"T", 1e12},     {"P", 1e15},        {"E", 1e18},
      {"Ki", 1024},   {"Mi", 1048576}, {"Gi", 1073741824}, {"Ti", 1099511627776},
      {"Pi", 0x1p50}, {"Ei", 0x1p60}};
  double number = 0;
  const char* const end = quantity.data() + quantity.size();
  // "1E" is a number with a unit, "1E3" one with an exponent.
  const bool exponent = quantity.find_first_of("eE") + 1 < quantity.size() &&
                        quantity.find_first_of("eE") != std::string::npos &&
                        !quantity.ends_with('i');
  const auto [rest, error] =
      std::from_chars(quantity.data(), end, number,
                      exponent ? std::chars_format::general : std::chars_format::fixed);
  const auto unit = kUnits.find(std::string_view(rest, end));
  if (error != std::errc() || unit == kUnits.end()) return quantity;
  return number * unit->second;
}

class Check {
 public:
  Check(const InstalledState& installed, const AskedState& asked)
      : installed_(installed), asked_(asked) {}

  std::vector<Refusal> All() {
    // A record and a Secret that an uninstall has left stop nobody.
    if (installed_.server_set.empty() && !installed_.shape) return {};
    Names();
    if (installed_.shape) Shapes(*installed_.shape, asked_.shape);
    if (SameSets()) Storage();
    Passwords();
    return std::move(refusals_);
  }

 private:
  /// A token allows this `change`, from what to what, of this installation alone. `secret`: what of
  /// the change must not be printed.
  void Add(std::string value, const std::string& change, const std::string& effect,
           std::string remedy, bool may_confirm, const std::string& secret = "") {
    Refusal refusal{.value = std::move(value),
                    .what = change + ": " + effect,
                    .remedy = std::move(remedy),
                    .token = ""};
    if (may_confirm) {
      refusal.token = Sha256Hex(std::format("{}\n{}\n{}\n{}\n{}", installed_.installation,
                                            installed_.server_set, refusal.value, change, secret))
                          .substr(0, kTokenDigits);
      refusal.confirmed = std::ranges::contains(asked_.confirm, refusal.token);
    }
    refusals_.push_back(std::move(refusal));
  }

  /// Nothing of the release is found under the new names.
  void Names() {
    if (!installed_.name_label.empty() && installed_.name_label != asked_.name_label) {
      Add("nameOverride",
          std::format("label app.kubernetes.io/name {} -> {}", installed_.name_label,
                      asked_.name_label),
          "it is in the selectors of the StatefulSets, which Kubernetes does not change",
          "set it back to " + installed_.name_label, false);
    }
    const std::string fullname = asked_.shape.fullname.value_or("");
    if (installed_.shape || installed_.server_set.starts_with(fullname + "-")) return;
    Add("fullnameOverride",
        std::format("StatefulSet {} is of this release, objects would be called {}-...",
                    installed_.server_set, fullname),
        "the running members would be deleted, and empty ones with other volumes and another "
        "password started in their place",
        "set fullnameOverride (or nameOverride) so that the names stay", true);
  }

  void Shapes(const Shape& from, const Shape& to) {
    if (from.mode && from.mode != to.mode) {
      Add("mode", std::format("{} -> {}", *from.mode, to.mode.value_or("")),
          "all members would be deleted, and empty ones of the other mode started; their volumes "
          "stay behind, unused",
          std::format("set mode={} again; for the other mode install a second release and copy "
                      "the data",
                      *from.mode),
          true);
      return;  // nothing else of two modes can be compared
    }
    if (from.engine && from.engine != to.engine) {
      Add("engine", std::format("{} -> {}", *from.engine, to.engine.value_or("")),
          "neither engine reads all files and messages of the other one, so that members may not "
          "start, or not follow each other, in the middle of the rollout",
          std::format("set engine={} again; install a second release for the other engine",
                      *from.engine),
          true);
    }
    Numbers(from, to);
    for (const auto& [name, port] : from.ports) {
      const auto other = to.ports.find(name);
      if (other == to.ports.end() || other->second == port) continue;
      Add("ports." + name, std::format("{} -> {}", port, other->second),
          "members that have been restarted and those that have not cannot reach each other: "
          "primaries are fenced and no handover is possible until the rollout has ended",
          std::format("set ports.{}={} again", name, port), true);
    }
    if (from.auth && from.auth != to.auth) {
      Add("auth.enabled", std::format("{} -> {}", *from.auth, to.auth.value_or(false)),
          "members with and without passwords do not talk to each other, so that the rollout "
          "stops at its first member",
          std::format("set auth.enabled={} again", *from.auth), true);
    }
    if (from.master_name && from.master_name != to.master_name) {
      Add("sentinel.masterName",
          std::format("{} -> {}", *from.master_name, to.master_name.value_or("")),
          "clients ask the sentinels by this name, and sentinels of two names do not agree on a "
          "primary during the rollout",
          "set sentinel.masterName=" + *from.master_name + " again", true);
    }
  }

  void Numbers(const Shape& from, const Shape& to) {
    if (from.shards && to.shards && *to.shards != *from.shards) {
      const bool fewer = *to.shards < *from.shards;
      Add("cluster.shards", std::format("{} -> {}", *from.shards, *to.shards),
          fewer ? std::format("the members of {} shards would be deleted with the slots and keys "
                              "that they hold; the cluster stops serving",
                              *from.shards - *to.shards)
                : "no slots are moved: the new shards would stay without slots, and their members "
                  "unready",
          std::format("set cluster.shards={} again", *from.shards), true);
    }
    if (from.servers && to.servers && *from.servers > 1 && *to.servers == 1) {
      const bool cluster = from.mode == "cluster";
      Add(cluster ? "cluster.replicasPerShard" : "replicas",
          std::format("{} -> {}", *from.servers - (cluster ? 1 : 0), cluster ? 0 : 1),
          "the last copy beside the primary's would be deleted", "keep one replica at least", true);
    }
    if (from.sentinels && to.sentinels && *to.sentinels * 2 <= *from.sentinels) {
      Add("sentinel.replicas", std::format("{} -> {}", *from.sentinels, *to.sentinels),
          "a majority of the sentinels would be deleted at once, and what they have agreed to "
          "with them",
          std::format("go down in steps, next to {}", *from.sentinels / 2 + 1), true);
    }
  }

  /// Sets of other names are made anew, with whatever claims.
  [[nodiscard]] bool SameSets() const {
    return installed_.shape && installed_.shape->mode == asked_.shape.mode &&
           installed_.server_set.starts_with(asked_.shape.fullname.value_or("") + "-");
  }

  void Storage() {
    for (const auto& [component, claim] : installed_.claims) {
      const std::string path = component == "server" ? "persistence" : "sentinel.persistence";
      const auto other = asked_.claims.find(component);
      if (other == asked_.claims.end()) {
        Immutable(path + ".enabled", "true -> false");
        continue;
      }
      if (BytesOf(claim.size) != BytesOf(other->second.size)) {
        Immutable(path + ".size", claim.size + " -> " + other->second.size);
      }
      if (claim.storage_class != other->second.storage_class) {
        Immutable(path + ".storageClass", ClassOf(claim) + " -> " + ClassOf(other->second));
      }
      if (claim.access_modes != other->second.access_modes) {
        Immutable("persistence.accessModes",
                  Joined(claim.access_modes) + " -> " + Joined(other->second.access_modes));
      }
    }
    for (const auto& [component, claim] : asked_.claims) {
      if (installed_.claims.contains(component)) continue;
      Immutable(component == "server" ? "persistence.enabled" : "sentinel.persistence.enabled",
                "false -> true");
    }
  }

  void Immutable(std::string value, const std::string& change) {
    Add(std::move(value), change,
        "Kubernetes does not change the volume claims of a StatefulSet and would refuse the "
        "upgrade halfway",
        "set it back; larger volumes: patch the claims, delete the StatefulSet with "
        "--cascade=orphan, then upgrade with the new size",
        false);
  }

  static std::string ClassOf(const ClaimTemplate& claim) {
    if (!claim.storage_class) return "the default class";
    return claim.storage_class->empty() ? "no class" : *claim.storage_class;
  }

  static std::string Joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
  }

  void Passwords() {
    Password("auth.password", installed_.password, asked_.password);
    Password("auth.replicationPassword", installed_.replication_password,
             asked_.replication_password);
  }

  void Password(const char* value, const std::string& from, const std::string& to) {
    if (from.empty() || to.empty() || from == to) return;
    Add(value, "another password than that of the Secret",
        "the members read it at their start: the next one that restarts alone could log in "
        "nowhere",
        "keep the password; to change it, confirm this and restart all members at once "
        "(kubectl delete pod -l app.kubernetes.io/instance=RELEASE), which is an outage of some "
        "seconds",
        true, from + "\n" + to);
  }

  const InstalledState& installed_;
  const AskedState& asked_;
  std::vector<Refusal> refusals_;
};

}  // namespace

namespace {

Shape ShapeOf(const JsonView& root) {
  Shape shape;
  Keep(root.GetString("fullname"), shape.fullname);
  Keep(root.GetString("mode"), shape.mode);
  Keep(root.GetString("engine"), shape.engine);
  ReadSection(root, "cluster", [&](const JsonView& cluster) {
    Keep(cluster.GetInt("shards"), shape.shards);
    const auto replicas = cluster.GetInt("replicasPerShard");
    if (replicas) shape.servers = *replicas + 1;
  });
  ReadSection(root, "sentinel", [&](const JsonView& sentinel) {
    Keep(sentinel.GetInt("servers"), shape.servers);
    Keep(sentinel.GetInt("sentinels"), shape.sentinels);
    Keep(sentinel.GetString("masterName"), shape.master_name);
  });
  ReadSection(root, "auth",
              [&](const JsonView& auth) { Keep(auth.GetBool("enabled"), shape.auth); });
  ReadSection(root, "ports", [&](const JsonView& ports) {
    for (const std::string& name : ports.Keys().value_or(std::vector<std::string>())) {
      const auto port = ports.GetInt(name);
      if (port) shape.ports[name] = *port;
    }
  });
  return shape;
}

Result<std::vector<std::string>> ReadWords(const JsonView& object, std::string_view key) {
  ASSIGN_OR_RETURN(const JsonView list, object.Get(key));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, list.AsArray());
  std::vector<std::string> words;
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(std::string word, item.AsString());
    words.push_back(std::move(word));
  }
  return words;
}

Result<ClaimTemplates> ReadClaims(const JsonView& root) {
  ClaimTemplates claims;
  ASSIGN_OR_RETURN(const JsonView all, root.Get("claims"));
  ASSIGN_OR_RETURN(const std::vector<std::string> components, all.Keys());
  for (const std::string& component : components) {
    ASSIGN_OR_RETURN(const JsonView view, all.Get(component));
    RETURN_IF_ERROR(view.OnlyKeys({"size", "storageClass", "accessModes"}));
    ClaimTemplate claim;
    ASSIGN_OR_RETURN(claim.size, view.GetString("size"));
    if (view.Has("storageClass")) {
      ASSIGN_OR_RETURN(claim.storage_class, view.GetString("storageClass"));
    }
    ASSIGN_OR_RETURN(claim.access_modes, ReadWords(view, "accessModes"));
    claims[component] = std::move(claim);
  }
  return claims;
}

}  // namespace

Result<Shape> ReadShape(std::string_view bowline_json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(bowline_json));
  if (!document.root().IsObject()) {
    return Fail(Code::kInvalidArgument, "bowline.json is no object");
  }
  return ShapeOf(document.root());
}

Result<AskedState> ReadAsked(std::string_view gate_json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(gate_json));
  const JsonView root = document.root();
  RETURN_IF_ERROR(root.OnlyKeys({"instance", "alone", "name", "config", "record", "secret",
                                 "createSecret", "passwords", "declaration", "claims", "confirm"}));
  AskedState asked;
  ASSIGN_OR_RETURN(asked.instance, root.GetString("instance"));
  ASSIGN_OR_RETURN(asked.alone, root.GetBool("alone"));
  ASSIGN_OR_RETURN(asked.name_label, root.GetString("name"));
  ASSIGN_OR_RETURN(asked.config, root.GetString("config"));
  ASSIGN_OR_RETURN(asked.record, root.GetString("record"));
  ASSIGN_OR_RETURN(asked.secret, root.GetString("secret"));
  ASSIGN_OR_RETURN(asked.create_secret, root.GetBool("createSecret"));
  ASSIGN_OR_RETURN(const JsonView passwords, root.Get("passwords"));
  RETURN_IF_ERROR(passwords.OnlyKeys({"clients", "members"}));
  ASSIGN_OR_RETURN(asked.password, passwords.GetString("clients"));
  ASSIGN_OR_RETURN(asked.replication_password, passwords.GetString("members"));
  ASSIGN_OR_RETURN(const JsonView declaration, root.Get("declaration"));
  asked.shape = ShapeOf(declaration);
  ASSIGN_OR_RETURN(asked.claims, ReadClaims(root));
  ASSIGN_OR_RETURN(asked.confirm, ReadWords(root, "confirm"));
  return asked;
}

std::vector<Refusal> CheckUpgrade(const InstalledState& installed, const AskedState& asked) {
  return Check(installed, asked).All();
}

std::string PrintRefusals(const std::vector<Refusal>& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals) {
    if (refusal.confirmed) continue;
    text += std::format("\n{}: {}.\n  Remedy: {}.\n", refusal.value, refusal.what, refusal.remedy);
    if (refusal.token.empty()) continue;
    text +=
        std::format("  If this is what you want, once: upgrade.confirm={{{}}}\n", refusal.token);
  }
  return text;
}

}  // namespace bowline
