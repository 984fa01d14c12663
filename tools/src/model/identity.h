#pragma once
// Who a member is: names and ids that are constant for the life of the data and known before
// anything runs.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace bowline {

/// A cluster node id: 40 characters of [a-z0-9], as the engines accept them (facts: any such id is
/// loaded).
class NodeId {
 public:
  NodeId() = default;
  /// kInvalidArgument unless `text` is 40 characters of [a-z0-9].
  static Result<NodeId> Parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const NodeId&) const = default;

 private:
  explicit NodeId(std::string text) : text_(std::move(text)) {}
  std::string text_;
  friend struct Identity;
};

/// What a member runs.
enum class MemberKind {
  kShard,     ///< cluster mode: an engine, one of a shard
  kServer,    ///< sentinel mode and standalone: an engine
  kSentinel,  ///< sentinel mode: a sentinel
};

/// One pod of one StatefulSet: "shard-0-1" is ordinal 1 of shard 0, "server-1" and "sentinel-1" are
/// ordinal 1 of theirs. Ordinal 0 is the seed primary.
struct MemberName {
  int shard = 0;  ///< 0 for servers and sentinels: they are one shard
  int ordinal = 0;
  MemberKind kind = MemberKind::kShard;

  /// kInvalidArgument unless the text is "shard-<n>-<n>", "server-<n>" or "sentinel-<n>" with
  /// numbers in [0, 9999].
  static Result<MemberName> Parse(std::string_view text);
  [[nodiscard]] std::string ToString() const;
  /// Runs an engine, no sentinel.
  [[nodiscard]] bool HoldsData() const { return kind != MemberKind::kSentinel; }
  auto operator<=>(const MemberName&) const = default;
};

/// "shard-0-1, server-2".
std::string Join(const std::vector<MemberName>& members);
/// As a list of names.
void WriteMembers(JsonWriter& json, std::string_view key, const std::vector<MemberName>& members);
/// kInvalidArgument for a text that is no member's name.
Result<std::vector<MemberName>> ReadMembers(const JsonView& object, std::string_view key);

/// What all ids derive from. The installation part is minted once per installation and kept with
/// the data: two clusters with equal ids mix or wipe each other when an address is reused.
struct Identity {
  std::string installation;  ///< 32 hex digits; empty: not yet known
  std::string name_space;
  std::string release;

  /// sha1 of "installation/namespace/release/member".
  [[nodiscard]] NodeId NodeIdOf(MemberName member) const;
  /// sha1 of "installation/namespace/release/shard-<n>": the shard id that all of a shard's lines
  /// carry.
  [[nodiscard]] NodeId ShardIdOf(int shard) const;
  bool operator==(const Identity&) const = default;
};

/// Three fields of the object that is being written.
void WriteIdentity(JsonWriter& json, const Identity& identity);
/// kInvalidArgument naming the first field that is missing or of another type.
Result<Identity> ReadIdentity(const JsonView& object);

}  // namespace bowline
