#include "plan/upgrade/declaration.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "base/json.h"

namespace bowline {
namespace {

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
    Keep(sentinel.GetBool("auth"), shape.sentinel_auth);
  });
  ReadSection(root, "auth", [&](const JsonView& auth) {
    Keep(auth.GetBool("enabled"), shape.auth);
    shape.default_user = auth.GetBoolOr("defaultUser", true).value_or(true);
    shape.follows_passwords = auth.Has("rotation");
  });
  ReadSection(root, "tls", [&](const JsonView& tls) {
    shape.tls = tls.GetStringOr("mode", "off").value_or("off");
  });
  ReadSection(root, "ports", [&](const JsonView& ports) {
    for (const std::string& name : ports.Keys().value_or(std::vector<std::string>())) {
      const auto port = ports.GetInt(name);
      if (port) shape.ports[name] = *port;
    }
  });
  return shape;
}

Result<std::map<std::string, std::string>> ReadTextMap(const JsonView& object,
                                                       std::string_view key) {
  ASSIGN_OR_RETURN(const JsonView view, object.Get(key));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, view.Keys());
  std::map<std::string, std::string> texts;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(texts[name], view.GetString(name));
  }
  return texts;
}

Result<ClaimTemplates> ReadClaims(const JsonView& root) {
  ClaimTemplates claims;
  ASSIGN_OR_RETURN(const JsonView all, root.Get("claims"));
  ASSIGN_OR_RETURN(const std::vector<std::string> components, all.Keys());
  for (const std::string& component : components) {
    ASSIGN_OR_RETURN(const JsonView view, all.Get(component));
    RETURN_IF_ERROR(
        view.OnlyKeys({"size", "storageClass", "accessModes", "labels", "annotations"}));
    ClaimTemplate claim;
    ASSIGN_OR_RETURN(claim.size, view.GetString("size"));
    if (view.Has("storageClass")) {
      ASSIGN_OR_RETURN(claim.storage_class, view.GetString("storageClass"));
    }
    ASSIGN_OR_RETURN(claim.access_modes, ReadTexts(view, "accessModes"));
    ASSIGN_OR_RETURN(claim.labels, ReadTextMap(view, "labels"));
    ASSIGN_OR_RETURN(claim.annotations, ReadTextMap(view, "annotations"));
    claims[component] = std::move(claim);
  }
  return claims;
}

/// Empty: it is none.
std::optional<double> ValueOf(const std::string& quantity) {
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
  if (error != std::errc() || unit == kUnits.end()) return std::nullopt;
  return number * unit->second;
}

}  // namespace

Result<Shape> ReadShape(std::string_view bowline_json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(bowline_json));
  if (!document.root().IsObject()) {
    return Fail(Code::kInvalidArgument, "bowline.json is no object");
  }
  return ShapeOf(document.root());
}

Result<AskedState> ReadAsked(std::string_view gate_json, std::string_view bowline_json) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(gate_json));
  const JsonView root = document.root();
  RETURN_IF_ERROR(
      root.OnlyKeys({"instance", "alone", "name", "config", "record", "secret", "secretKeys",
                     "ownSecret", "createSecret", "secretAnnotations", "binding", "passwords",
                     "claims", "image", "tryEngine", "confirm"}));
  AskedState asked;
  ASSIGN_OR_RETURN(asked.instance, root.GetString("instance"));
  ASSIGN_OR_RETURN(asked.alone, root.GetBool("alone"));
  ASSIGN_OR_RETURN(asked.name_label, root.GetString("name"));
  ASSIGN_OR_RETURN(asked.config, root.GetString("config"));
  ASSIGN_OR_RETURN(asked.record, root.GetString("record"));
  ASSIGN_OR_RETURN(asked.passwords.secret, root.GetString("secret"));
  ASSIGN_OR_RETURN(asked.passwords.keys, ReadTextMap(root, "secretKeys"));
  ASSIGN_OR_RETURN(asked.own_secret, root.GetBool("ownSecret"));
  ASSIGN_OR_RETURN(asked.create_secret, root.GetBool("createSecret"));
  ASSIGN_OR_RETURN(asked.secret_annotations, ReadTextMap(root, "secretAnnotations"));
  ASSIGN_OR_RETURN(const JsonView binding, root.Get("binding"));
  RETURN_IF_ERROR(binding.OnlyKeys({"secret", "entries"}));
  ASSIGN_OR_RETURN(asked.binding.secret, binding.GetString("secret"));
  ASSIGN_OR_RETURN(asked.binding.entries, ReadTextMap(binding, "entries"));
  ASSIGN_OR_RETURN(const JsonView passwords, root.Get("passwords"));
  RETURN_IF_ERROR(passwords.OnlyKeys({"clients", "members"}));
  ASSIGN_OR_RETURN(asked.password, passwords.GetString("clients"));
  ASSIGN_OR_RETURN(asked.replication_password, passwords.GetString("members"));
  ASSIGN_OR_RETURN(asked.shape, ReadShape(bowline_json));
  asked.binding.tls = asked.shape.TlsAmongMembers();
  ASSIGN_OR_RETURN(asked.claims, ReadClaims(root));
  ASSIGN_OR_RETURN(asked.image, root.GetString("image"));
  ASSIGN_OR_RETURN(asked.try_engine, root.GetBool("tryEngine"));
  ASSIGN_OR_RETURN(asked.confirm, ReadTexts(root, "confirm"));
  return asked;
}

bool SameQuantity(const std::string& one, const std::string& other) {
  // Decimal fractions of binary units have no exact value in a double.
  constexpr double kRounding = 1e-9;
  const auto a = ValueOf(one);
  const auto b = ValueOf(other);
  if (!a || !b) return one == other;
  return std::abs(*a - *b) <= kRounding * std::max(std::abs(*a), std::abs(*b));
}

}  // namespace bowline
