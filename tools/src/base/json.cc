#include "base/json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <span>

// RapidJSON's own assertions stay on in release builds: a misuse must not become a wild read.
#define RAPIDJSON_ASSERT(condition) ((condition) ? static_cast<void>(0) : std::abort())
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "base/parse.h"

namespace bowline {

namespace {

constexpr std::size_t kMaxSize = std::size_t{32} << 20U;
constexpr int kMaxDepth = 64;

const rapidjson::Value& Value(const void* value) {
  return *static_cast<const rapidjson::Value*>(value);
}

std::string Name(const std::string& path) { return path.empty() ? "the document" : path; }

std::string PathOf(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : std::format("{}.{}", path, key);
}

std::unexpected<Error> WrongType(const std::string& path, const void* value,
                                 std::string_view wanted) {
  constexpr std::array<std::string_view, 7> kTypes = {"null",  "false",  "true",  "an object",
                                                      "array", "string", "number"};
  return Fail(Code::kInvalidArgument, "{} must be {}, not {}", Name(path), wanted,
              kTypes[Value(value).GetType()]);
}

/// The parser is iterative, so that depth costs no stack; this keeps readers of the tree safe too.
bool TooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

struct JsonDocument::Impl {
  rapidjson::Document document;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::Parse(std::string_view text) {
  if (text.size() > kMaxSize) {
    return Fail(Code::kInvalidArgument, "JSON of {} bytes is larger than {} bytes", text.size(),
                kMaxSize);
  }
  if (TooDeep(text)) {
    return Fail(Code::kInvalidArgument, "JSON is nested deeper than {} levels", kMaxDepth);
  }
  auto impl = std::make_unique<Impl>();
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  impl->document.Parse<kFlags>(text.data(), text.size());
  if (impl->document.HasParseError()) {
    return Fail(Code::kInvalidArgument, "no JSON at byte {}: {}", impl->document.GetErrorOffset(),
                rapidjson::GetParseError_En(impl->document.GetParseError()));
  }
  return JsonDocument(std::move(impl));
}

JsonView JsonDocument::root() const { return {&impl_->document, ""}; }

Result<JsonView> JsonView::Get(std::string_view key) const {
  if (!IsObject()) return WrongType(path_, value_, "an object");
  const std::string path = PathOf(path_, key);
  const rapidjson::Value name(
      rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size())));
  const auto member = Value(value_).FindMember(name);
  if (member == Value(value_).MemberEnd()) {
    return Fail(Code::kInvalidArgument, "{} is missing", path);
  }
  return JsonView(&member->value, path);
}

bool JsonView::Has(std::string_view key) const { return Get(key).has_value(); }
bool JsonView::IsNull() const { return Value(value_).IsNull(); }
bool JsonView::IsObject() const { return Value(value_).IsObject(); }

Result<std::string> JsonView::AsString() const {
  if (!Value(value_).IsString()) return WrongType(path_, value_, "a string");
  return std::string(Value(value_).GetString(), Value(value_).GetStringLength());
}

Result<std::int64_t> JsonView::AsInt() const {
  if (!Value(value_).IsInt64()) return WrongType(path_, value_, "an integer of 64 bits");
  return Value(value_).GetInt64();
}

Result<bool> JsonView::AsBool() const {
  if (!Value(value_).IsBool()) return WrongType(path_, value_, "true or false");
  return Value(value_).GetBool();
}

Result<std::vector<JsonView>> JsonView::AsArray() const {
  if (!Value(value_).IsArray()) return WrongType(path_, value_, "an array");
  std::vector<JsonView> items;
  items.reserve(Value(value_).Size());
  for (const rapidjson::Value& item : Value(value_).GetArray()) {
    items.emplace_back(&item, std::format("{}[{}]", path_, items.size()));
  }
  return items;
}

Result<std::vector<std::string>> JsonView::Keys() const {
  if (!IsObject()) return WrongType(path_, value_, "an object");
  std::vector<std::string> keys;
  keys.reserve(Value(value_).MemberCount());
  for (const auto& member : Value(value_).GetObject()) {
    keys.emplace_back(member.name.GetString(), member.name.GetStringLength());
  }
  return keys;
}

Result<std::string> JsonView::GetString(std::string_view key) const {
  return Get(key).and_then([](const JsonView& view) { return view.AsString(); });
}

Result<std::int64_t> JsonView::GetInt(std::string_view key) const {
  return Get(key).and_then([](const JsonView& view) { return view.AsInt(); });
}

Result<bool> JsonView::GetBool(std::string_view key) const {
  return Get(key).and_then([](const JsonView& view) { return view.AsBool(); });
}

namespace {

bool Absent(const JsonView& view, std::string_view key) {
  if (!view.IsObject()) return false;
  const auto member = view.Get(key);
  return !member || member->IsNull();
}

}  // namespace

Result<std::string> JsonView::GetStringOr(std::string_view key, std::string fallback) const {
  if (Absent(*this, key)) return fallback;
  return GetString(key);
}

Result<std::int64_t> JsonView::GetIntOr(std::string_view key, std::int64_t fallback) const {
  if (Absent(*this, key)) return fallback;
  return GetInt(key);
}

Result<bool> JsonView::GetBoolOr(std::string_view key, bool fallback) const {
  if (Absent(*this, key)) return fallback;
  return GetBool(key);
}

Result<std::vector<std::string>> JsonView::OtherKeys(
    std::initializer_list<std::string_view> known) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, Keys());
  std::vector<std::string> others;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (std::ranges::contains(std::span(keys).first(i), keys[i])) {
      return Fail(Code::kInvalidArgument, "{} has {} twice", Name(path_), Quoted(keys[i]));
    }
    if (!std::ranges::contains(known, keys[i])) others.push_back(PathOf(path_, keys[i]));
  }
  return others;
}

Status JsonView::OnlyKeys(std::initializer_list<std::string_view> known) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> others, OtherKeys(known));
  if (others.empty()) return {};
  std::string list;
  for (const std::string_view key : known)
    list += std::format("{}{}", list.empty() ? "" : ", ", key);
  return Fail(Code::kInvalidArgument, "{} is not known; known {}are: {}", Quoted(others.front()),
              path_.empty() ? "" : std::format("in {} ", path_), list);
}

Result<std::vector<std::string>> ReadTexts(const JsonView& object, std::string_view key) {
  return ReadList<std::string>(object, key, [](const JsonView& value) { return value.AsString(); });
}

}  // namespace bowline
