#include "plan/upgrade/check.h"

#include <algorithm>
#include <format>

#include "base/parse.h"
#include "plan/upgrade/leftovers.h"

namespace bowline {
namespace {

/// The chart's value for a port of bowline.json.
std::string PortValue(const std::string& name, bool tls) {
  if (tls && name == "client") return "ports.tls";
  if (tls && name == "sentinel") return "ports.sentinelTls";
  return "ports." + name;
}

constexpr const char* kSentinel = "sentinel";
constexpr const char* kStandalone = "standalone";

/// Those that users give; the chart's own follow from names.
std::map<std::string, std::string> UsersLabels(std::map<std::string, std::string> labels) {
  for (const char* own : {"app.kubernetes.io/name", "app.kubernetes.io/instance",
                          "app.kubernetes.io/component", "bowline/shard"}) {
    labels.erase(own);
  }
  return labels;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Is the set called as one of that fullname?
bool IsSetOf(std::string_view fullname, std::string_view set) {
  if (!set.starts_with(fullname)) return false;
  const std::string_view rest = set.substr(fullname.size());
  constexpr std::string_view kShard = "-shard-";
  return rest == "-server" || rest == "-sentinel" ||
         (rest.starts_with(kShard) && IsNumber(rest.substr(kShard.size())));
}

class Check {
 public:
  Check(const InstalledState& installed, const AskedState& asked)
      : installed_(installed), asked_(asked) {}

  std::vector<Refusal> All() {
    // A Secret that an uninstall has left stops nobody.
    if (installed_.sets.empty() && !installed_.shape) return CheckLeftovers(installed_, asked_);
    Names();
    if (installed_.shape) Shapes(*installed_.shape, asked_.shape);
    if (SameSets()) Storage();
    Passwords();
    return std::move(refusals_);
  }

 private:
  void Add(std::string value, const std::string& change, const std::string& effect,
           std::string remedy, bool may_confirm) {
    if (may_confirm) {
      refusals_.push_back(MayConfirm({.version = installed_.version, .tokens = asked_.confirm},
                                     std::move(value), change, effect, std::move(remedy)));
      return;
    }
    refusals_.push_back({.value = std::move(value),
                         .what = change + ": " + effect,
                         .remedy = std::move(remedy),
                         .token = ""});
  }

  [[nodiscard]] std::string Fullname() const { return asked_.shape.fullname.value_or(""); }

  /// The first set that would be deleted, because it is called otherwise.
  [[nodiscard]] std::optional<std::string> Foreign() const {
    const auto found = std::ranges::find_if(
        installed_.sets, [&](const InstalledSet& set) { return !IsSetOf(Fullname(), set.name); });
    if (found == installed_.sets.end()) return std::nullopt;
    return found->name;
  }

  /// The standalone server becomes the first one of a set with sentinels, on its volume.
  [[nodiscard]] bool Grows() const {
    return installed_.shape && installed_.shape->mode == kStandalone &&
           asked_.shape.mode == kSentinel;
  }

  void Names() {
    const auto foreign = Foreign();
    if (foreign) {
      Add("fullnameOverride",
          std::format("StatefulSet {} is of this release, objects would be called {}-...", *foreign,
                      Fullname()),
          "the running members would be deleted, and empty ones with other volumes and another "
          "password started in their place",
          "set fullnameOverride (or nameOverride) so that the names stay", true);
    } else if (!installed_.name_label.empty() && installed_.name_label != asked_.name_label) {
      Add("nameOverride",
          std::format("label app.kubernetes.io/name {} -> {}", installed_.name_label,
                      asked_.name_label),
          "it is in the selectors of the StatefulSets, which Kubernetes does not change",
          "set it back to " + installed_.name_label, false);
    }
  }

  void Shapes(const Shape& from, const Shape& to) {
    if (from.mode && from.mode != to.mode && !Grows()) {
      const bool shrinks = from.mode == kSentinel && to.mode == kStandalone;
      Add("mode", std::format("{} -> {}", *from.mode, to.mode.value_or("")),
          shrinks
              ? "all servers but server-0 would be deleted, and the sentinels with them: server-0 "
                "would go on alone, with what it has"
              : "all members would be deleted, and empty ones of the other mode started; their "
                "volumes stay behind, unused",
          shrinks ? std::string(
                        "set mode=sentinel again. If you confirm: make server-0 the primary first "
                        "(bowline failover --to server-0), and before you ever set mode=sentinel "
                        "again delete the claims of the other servers and of the sentinels, whose "
                        "data is old by then")
                  : std::format("set mode={} again; for the other mode install a second release "
                                "and copy the data",
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
    const bool same_tls = from.TlsAmongMembers() == to.TlsAmongMembers();
    if (!same_tls) {
      Add("tls.mode", std::format("{} -> {}", from.tls, to.tls),
          "members that use TLS among themselves and those that do not cannot reach each other, so "
          "that the rollout stops at its first member",
          std::format("set tls.mode={} again. A release is installed with or without TLS among its "
                      "members: install a second one and copy the data; off and offer may follow "
                      "each other, and so may prefer and require",
                      from.tls),
          true);
    }
    for (const auto& [name, port] : from.ports) {
      const auto other = to.ports.find(name);
      if (!same_tls && (name == "client" || name == "sentinel")) continue;  // it is the same change
      if (other == to.ports.end() || other->second == port) continue;
      const std::string value = PortValue(name, to.TlsAmongMembers());
      Add(value, std::format("{} -> {}", port, other->second),
          "members that have been restarted and those that have not cannot reach each other: "
          "primaries are fenced and no handover is possible until the rollout has ended",
          std::format("set {}={} again", value, port), true);
    }
    if (from.auth && from.auth != to.auth) {
      Add("auth.enabled", std::format("{} -> {}", *from.auth, to.auth.value_or(false)),
          "members with and without passwords do not talk to each other, so that the rollout "
          "stops at its first member",
          std::format("set auth.enabled={} again", *from.auth), true);
    }
    if (from.sentinel_auth && to.sentinel_auth && from.sentinel_auth != to.sentinel_auth) {
      Add("sentinel.auth", std::format("{} -> {}", *from.sentinel_auth, *to.sentinel_auth),
          "members that have been restarted and the sentinels that have not refuse each other "
          "until the rollout has ended, and clients must log in otherwise",
          std::format("set sentinel.auth={} again", *from.sentinel_auth), true);
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
          std::format("go down in steps, next to {}", (*from.sentinels / 2 + 1) | 1), true);
    }
  }

  /// Sets of other names are made anew, with whatever claims.
  [[nodiscard]] bool SameSets() const {
    return installed_.shape && (installed_.shape->mode == asked_.shape.mode || Grows()) &&
           !Foreign();
  }

  void Storage() {
    std::vector<std::string> told;  // once for all shards that are alike
    for (const InstalledSet& set : installed_.sets) {
      for (auto& [value, change] : StorageChanges(set)) {
        if (std::ranges::contains(told, value + change)) continue;
        told.push_back(value + change);
        Add(value, change,
            std::format("Kubernetes does not change the volume claims of a StatefulSet ({}) and "
                        "would refuse the upgrade halfway",
                        set.name),
            "set it back; larger volumes: patch the claims, delete the StatefulSet with "
            "--cascade=orphan, then upgrade with the new size",
            false);
      }
    }
  }

  /// Value's paths, and from what to what.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> StorageChanges(
      const InstalledSet& set) const {
    const std::string path = set.component == "server" ? "persistence" : "sentinel.persistence";
    const auto asked = asked_.claims.find(set.component);
    const bool volumes = asked != asked_.claims.end();
    if (!set.claim && !volumes) return {};
    if (!set.claim) return {{path + ".enabled", "false -> true"}};
    if (!volumes) return {{path + ".enabled", "true -> false"}};
    const ClaimTemplate& from = *set.claim;
    const ClaimTemplate& to = asked->second;
    std::vector<std::pair<std::string, std::string>> changes;
    const auto compare = [&](std::string value, const std::string& one, const std::string& other) {
      if (one != other) changes.emplace_back(std::move(value), one + " -> " + other);
    };
    if (!SameQuantity(from.size, to.size)) compare(path + ".size", from.size, to.size);
    compare(path + ".storageClass", ClassOf(from), ClassOf(to));
    compare("persistence.accessModes", Joined(from.access_modes), Joined(to.access_modes));
    compare("persistence.labels", Joined(UsersLabels(from.labels)), Joined(UsersLabels(to.labels)));
    compare("persistence.annotations", Joined(from.annotations), Joined(to.annotations));
    return changes;
  }

  static std::string ClassOf(const ClaimTemplate& claim) {
    if (!claim.storage_class) return "the default class";
    return claim.storage_class->empty() ? "no class" : *claim.storage_class;
  }

  static std::string Joined(const std::vector<std::string>& words) {
    return words.empty() ? "none" : Join(words);
  }

  static std::string Joined(const std::map<std::string, std::string>& texts) {
    std::vector<std::string> words;
    for (const auto& [key, value] : texts) words.push_back(key + "=" + value);
    return Joined(words);
  }

  void Passwords() {
    const PasswordSource& from = installed_.passwords;
    const PasswordSource& to = asked_.passwords;
    const bool both = !from.secret.empty() && !to.secret.empty() && !Foreign();
    if (both && from.secret != to.secret) {
      Add(asked_.own_secret ? "auth" : "auth.existingSecret",
          std::format("Secret {} -> {}", from.secret, to.secret), kMixed, kHowToChange, true);
      return;
    }
    if (both && from.keys != to.keys) {
      Add("auth.existingSecretKeys", std::format("{} -> {}", Joined(from.keys), Joined(to.keys)),
          kMixed, kHowToChange, true);
    }
    if (both && installed_.secret_missing) {
      Add("auth", std::format("Secret {} is missing, another one would be made", from.secret),
          kMixed,
          "make it again with what the members have: kubectl exec POD -c server -- cat "
          "/etc/bowline-secret/password, and the same of its other keys",
          true);
    }
    if (!asked_.shape.default_user && installed_.shape && !FollowsPasswords()) {
      Add("auth.defaultUser.enabled", "false",
          "members of the version before log in as that user: they could not hand over",
          kFirstUpgrade, true);
    }
    Password("auth.password", installed_.password, asked_.password);
    Password("auth.replicationPassword", installed_.replication_password,
             asked_.replication_password);
  }

  void Password(const char* value, const std::string& from, const std::string& to) {
    if (from.empty() || to.empty() || from == to) return;
    if (FollowsPasswords()) return;
    Add(value, "another password than that of the Secret", kMixed, kFirstUpgrade, true);
  }

  /// Also of the pods that run: each of them is of the chart that is installed.
  [[nodiscard]] bool FollowsPasswords() const {
    return installed_.shape && installed_.shape->follows_passwords &&
           std::ranges::all_of(installed_.sets, &InstalledSet::rolled_out);
  }

  static constexpr const char* kFirstUpgrade =
      "upgrade without this change first, until all pods are replaced; the members of this chart "
      "then follow it while they run";
  static constexpr const char* kMixed =
      "members read passwords at their start: the next one that restarts alone could log in "
      "nowhere";
  static constexpr const char* kHowToChange =
      "keep the passwords; to change them, confirm this and restart all members at once (kubectl "
      "delete pod -l app.kubernetes.io/instance=RELEASE), which is an outage of some seconds";

  const InstalledState& installed_;
  const AskedState& asked_;
  std::vector<Refusal> refusals_;
};

}  // namespace

std::vector<Refusal> CheckUpgrade(const InstalledState& installed, const AskedState& asked) {
  return Check(installed, asked).All();
}

}  // namespace bowline
