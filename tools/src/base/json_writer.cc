#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <variant>

#include "base/json.h"
#include "base/utf8.h"

#define RAPIDJSON_ASSERT(condition) ((condition) ? static_cast<void>(0) : std::abort())
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace bowline {

namespace {

enum class Frame { kRoot, kDone, kArray, kObjectKey, kObjectValue };

void Require(bool condition, const char* why) {
  if (condition) return;
  static_cast<void>(std::fprintf(stderr, "bowline: misuse of JsonWriter: %s\n", why));
  std::abort();
}

}  // namespace

struct JsonWriter::Impl {
  using Compact = rapidjson::Writer<rapidjson::StringBuffer>;
  using Pretty = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

  explicit Impl(bool pretty) {
    if (!pretty) return;
    writer.emplace<Pretty>(buffer).SetIndent(' ', 2);
  }

  template <typename Write>
  void With(Write write) {
    std::visit([&](auto& w) { Require(write(w), "the writer refused a value"); }, writer);
  }

  void BeforeValue() {
    Frame& top = frames.back();
    Require(top != Frame::kDone, "a second document");
    Require(top != Frame::kObjectKey, "a value without a key in an object");
    if (top == Frame::kRoot) top = Frame::kDone;
    if (top == Frame::kObjectValue) top = Frame::kObjectKey;
  }

  void Text(std::string_view text, bool key) {
    const std::string clean = ToUtf8(text);
    const auto size = static_cast<rapidjson::SizeType>(clean.size());
    With([&](auto& w) { return key ? w.Key(clean.data(), size) : w.String(clean.data(), size); });
  }

  rapidjson::StringBuffer buffer;
  std::variant<Compact, Pretty> writer{std::in_place_type<Compact>, buffer};
  std::vector<Frame> frames{Frame::kRoot};
};

JsonWriter::JsonWriter(bool pretty) : impl_(std::make_unique<Impl>(pretty)) {}
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::BeginObject() {
  impl_->BeforeValue();
  impl_->frames.push_back(Frame::kObjectKey);
  impl_->With([](auto& w) { return w.StartObject(); });
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  Require(impl_->frames.back() == Frame::kObjectKey, "EndObject outside of an object");
  impl_->frames.pop_back();
  impl_->With([](auto& w) { return w.EndObject(); });
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  impl_->BeforeValue();
  impl_->frames.push_back(Frame::kArray);
  impl_->With([](auto& w) { return w.StartArray(); });
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  Require(impl_->frames.back() == Frame::kArray, "EndArray outside of an array");
  impl_->frames.pop_back();
  impl_->With([](auto& w) { return w.EndArray(); });
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  Require(impl_->frames.back() == Frame::kObjectKey, "a key outside of an object");
  impl_->frames.back() = Frame::kObjectValue;
  impl_->Text(key, true);
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  impl_->BeforeValue();
  impl_->Text(value, false);
  return *this;
}

JsonWriter& JsonWriter::Int(std::int64_t value) {
  impl_->BeforeValue();
  impl_->With([&](auto& w) { return w.Int64(value); });
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  impl_->BeforeValue();
  impl_->With([&](auto& w) { return w.Bool(value); });
  return *this;
}

JsonWriter& JsonWriter::Null() {
  impl_->BeforeValue();
  impl_->With([](auto& w) { return w.Null(); });
  return *this;
}

JsonWriter& JsonWriter::Field(std::string_view key, const std::vector<std::string>& texts) {
  Key(key).BeginArray();
  for (const std::string& text : texts) String(text);
  return EndArray();
}

std::string JsonWriter::Take() {
  Require(impl_->frames.size() == 1 && impl_->frames.back() == Frame::kDone,
          "Take of an unfinished document");
  return {impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

}  // namespace bowline
