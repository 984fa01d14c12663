#include "model/slots.h"

#include <format>

#include "base/parse.h"

namespace bowline {

Result<SlotRange> SlotRange::Parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::string_view left = text.substr(0, dash);
  const std::string_view right = dash == std::string_view::npos ? left : text.substr(dash + 1);
  const auto first = ParseInt(left, 0, kSlotCount - 1);
  const auto last = ParseInt(right, 0, kSlotCount - 1);
  if (!first || !last || *first > *last) {
    return Fail(Code::kInvalidArgument,
                "{} is no slot range (<first>-<last> or <slot>, from 0 to {})", Quoted(text),
                kSlotCount - 1);
  }
  return SlotRange{static_cast<int>(*first), static_cast<int>(*last)};
}

std::string SlotRange::ToString() const {
  return first == last ? std::format("{}", first) : std::format("{}-{}", first, last);
}

std::vector<SlotRange> SplitSlots(int shards) {
  std::vector<SlotRange> ranges;
  ranges.reserve(static_cast<std::size_t>(shards));
  for (int i = 0; i < shards; ++i) {
    ranges.push_back({i * kSlotCount / shards, (i + 1) * kSlotCount / shards - 1});
  }
  return ranges;
}

std::string ToString(const std::vector<SlotRange>& ranges) {
  std::string text;
  for (const SlotRange& range : ranges) {
    if (!text.empty()) text += ' ';
    text += range.ToString();
  }
  return text.empty() ? "-" : text;
}

}  // namespace bowline
