#include "apply/common/write_proof.h"

#include <algorithm>

#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr Milliseconds kCallTimeout{2000};
// Keys are tried until one falls into the shard: on average as many as there are shards.
constexpr int kTriesPerShard = 64;
constexpr const char* kLifeSeconds = "60";

struct ShardPrimary {
  MemberName member;
  std::vector<SlotRange> slots;
};

std::optional<ShardPrimary> PrimaryOf(const Settings& settings, const ModeRules& rules,
                                      const Reports& reports, int shard) {
  for (const MemberName member : PrimariesOf(settings.layout, reports, shard)) {
    if (!rules.Sharded()) {
      return ShardPrimary{.member = member, .slots = {}};  // one primary takes all keys
    }
    const NodeLine* myself = reports.at(member).engine.view.Myself();
    if (myself == nullptr || myself->slots.empty()) continue;
    return ShardPrimary{.member = member, .slots = myself->slots};
  }
  return std::nullopt;
}

/// The engine itself says which slot a key belongs to.
Result<std::string> KeyIn(RespClient& client, const std::vector<SlotRange>& slots, int shards,
                          Deadline deadline) {
  const std::string prefix = "bowline:check:" + RandomHex() + ":";
  if (slots.empty()) return prefix + "0";
  for (int i = 0; i < kTriesPerShard * shards; ++i) {
    std::string key = prefix + std::to_string(i);
    ASSIGN_OR_RETURN(const Reply slot, client.Ask({"CLUSTER", "KEYSLOT", key}, deadline));
    const bool ours = std::ranges::any_of(slots, [&](const SlotRange& range) {
      return slot.integer >= range.first && slot.integer <= range.last;
    });
    if (ours) return key;
  }
  return Fail(Code::kInternal, "no key found for the shard's slots");
}

Status WriteAndRead(const Settings& settings, const Credentials& login, const ShardPrimary& primary,
                    const Endpoint& address, Deadline deadline) {
  const Deadline soon = deadline.Within(kCallTimeout);
  ASSIGN_OR_RETURN(RespClient client, RespClient::Connect(address.ip, address.port, login, soon));
  ASSIGN_OR_RETURN(const std::string key,
                   KeyIn(client, primary.slots, settings.layout.shards, deadline));
  const std::string value = RandomHex();
  ASSIGN_OR_RETURN(const Reply set, client.Ask({"SET", key, value, "EX", kLifeSeconds}, soon));
  ASSIGN_OR_RETURN(const Reply got, client.Ask({"GET", key}, soon));
  if (set.text != "OK" || got.text != value) {
    return Fail(Code::kDataLoss, "key {} was not kept", key);
  }
  ASSIGN_OR_RETURN(const Reply deleted, client.Ask({"DEL", key}, soon));
  if (deleted.integer != 1) return Fail(Code::kDataLoss, "key {} was gone before its time", key);
  return {};
}

}  // namespace

std::vector<std::string> ProveWrites(const Settings& settings, const ModeRules& rules,
                                     const EngineSecrets& secrets, const Observation& seen,
                                     Deadline deadline) {
  std::vector<std::string> problems;
  const auto identity = IdentityOf(settings, seen.reports);
  const Credentials login = identity ? PeerLoginOf(secrets, *identity) : LoginOf(secrets);
  for (int shard = 0; shard < settings.layout.shards; ++shard) {
    const auto primary = PrimaryOf(settings, rules, seen.reports, shard);
    if (!primary) {
      problems.push_back(std::format("shard {} takes no writes: no primary answers", shard));
      continue;
    }
    const Status proved =
        WriteAndRead(settings, login, *primary, seen.addresses.at(primary->member), deadline);
    if (proved) continue;
    problems.push_back(std::format("shard {} takes no writes: {}: {}", shard,
                                   primary->member.ToString(), proved.error().ToString()));
  }
  return problems;
}

}  // namespace bowline
