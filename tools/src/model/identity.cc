#include "model/identity.h"

#include <algorithm>
#include <format>
#include <utility>

#include "base/digest.h"
#include "base/parse.h"

namespace bowline {

namespace {

constexpr std::size_t kNodeIdSize = 40;
constexpr int kMaxNumber = 9999;

bool IsIdCharacter(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

}  // namespace

Result<NodeId> NodeId::Parse(std::string_view text) {
  if (text.size() != kNodeIdSize || !std::ranges::all_of(text, IsIdCharacter)) {
    return Fail(Code::kInvalidArgument, "{} is no node id (40 characters of a-z and 0-9)",
                Quoted(text));
  }
  return NodeId(std::string(text));
}

Result<MemberName> MemberName::Parse(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '-');
  const auto number = [&](std::size_t i) -> int {
    const auto parsed = ParseInt(parts[i], 0, kMaxNumber);
    return parsed ? static_cast<int>(*parsed) : -1;
  };
  MemberName member{.shard = -1};
  if (parts.size() == 3 && parts[0] == "shard") {
    member = {.shard = number(1), .ordinal = number(2)};
  } else if (parts.size() == 2 && parts[0] == "server") {
    member = {.shard = 0, .ordinal = number(1), .kind = MemberKind::kServer};
  } else if (parts.size() == 2 && parts[0] == "sentinel") {
    member = {.shard = 0, .ordinal = number(1), .kind = MemberKind::kSentinel};
  }
  // One name, one spelling: ids derive from the text, so "shard-00-1" must not pass.
  if (member.shard >= 0 && member.ordinal >= 0 && member.ToString() == text) return member;
  return Fail(Code::kInvalidArgument,
              "{} is no member name (shard-<n>-<n>, server-<n> or sentinel-<n>, numbers from 0 to "
              "{} without leading zeros)",
              Quoted(text), kMaxNumber);
}

std::string MemberName::ToString() const {
  switch (kind) {
    case MemberKind::kShard:
      return std::format("shard-{}-{}", shard, ordinal);
    case MemberKind::kServer:
      return std::format("server-{}", ordinal);
    case MemberKind::kSentinel:
      return std::format("sentinel-{}", ordinal);
  }
  std::unreachable();
}

std::string Join(const std::vector<MemberName>& members) {
  std::string text;
  for (const MemberName member : members) text += (text.empty() ? "" : ", ") + member.ToString();
  return text;
}

void WriteMembers(JsonWriter& json, std::string_view key, const std::vector<MemberName>& members) {
  json.Key(key).BeginArray();
  for (const MemberName member : members) json.String(member.ToString());
  json.EndArray();
}

Result<std::vector<MemberName>> ReadMembers(const JsonView& object, std::string_view key) {
  return ReadList<MemberName>(object, key, [](const JsonView& value) -> Result<MemberName> {
    ASSIGN_OR_RETURN(const std::string name, value.AsString());
    return MemberName::Parse(name);
  });
}

NodeId Identity::NodeIdOf(MemberName member) const {
  return NodeId(
      Sha1Hex(std::format("{}/{}/{}/{}", installation, name_space, release, member.ToString())));
}

NodeId Identity::ShardIdOf(int shard) const {
  return NodeId(
      Sha1Hex(std::format("{}/{}/{}/shard-{}", installation, name_space, release, shard)));
}

void WriteIdentity(JsonWriter& json, const Identity& identity) {
  json.Field("installation", identity.installation).Field("namespace", identity.name_space);
  json.Field("release", identity.release);
}

Result<Identity> ReadIdentity(const JsonView& object) {
  Identity identity;
  ASSIGN_OR_RETURN(identity.installation, object.GetString("installation"));
  ASSIGN_OR_RETURN(identity.name_space, object.GetString("namespace"));
  ASSIGN_OR_RETURN(identity.release, object.GetString("release"));
  return identity;
}

}  // namespace bowline
