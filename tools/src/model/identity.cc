#include "model/identity.h"

#include <algorithm>
#include <format>

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
  if (parts.size() == 3 && parts[0] == "shard") {
    const auto shard = ParseInt(parts[1], 0, kMaxNumber);
    const auto ordinal = ParseInt(parts[2], 0, kMaxNumber);
    if (shard && ordinal) {
      const MemberName member{static_cast<int>(*shard), static_cast<int>(*ordinal)};
      // One name, one spelling: ids derive from the text, so "shard-00-1" must not pass.
      if (member.ToString() == text) return member;
    }
  }
  return Fail(Code::kInvalidArgument,
              "{} is no member name (shard-<n>-<n>, numbers from 0 to {} without leading zeros)",
              Quoted(text), kMaxNumber);
}

std::string MemberName::ToString() const { return std::format("shard-{}-{}", shard, ordinal); }

NodeId Identity::NodeIdOf(MemberName member) const {
  return NodeId(
      Sha1Hex(std::format("{}/{}/{}/{}", installation, name_space, release, member.ToString())));
}

NodeId Identity::ShardIdOf(int shard) const {
  return NodeId(
      Sha1Hex(std::format("{}/{}/{}/shard-{}", installation, name_space, release, shard)));
}

}  // namespace bowline
