#pragma once
// JSON reading and writing for the whole program. RapidJSON stays behind this header: getters give
// a Result that names the path, so that a surprising document is an error and never an assertion.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

/// A value inside a JsonDocument; valid while the document lives.
class JsonView {
 public:
  JsonView(const void* value, std::string path) : value_(value), path_(std::move(path)) {}

  /// kInvalidArgument when this is no object or the member is missing.
  [[nodiscard]] Result<JsonView> Get(std::string_view key) const;
  /// False when this is no object.
  [[nodiscard]] bool Has(std::string_view key) const;
  [[nodiscard]] bool IsNull() const;
  [[nodiscard]] bool IsObject() const;
  [[nodiscard]] Result<std::string> AsString() const;
  [[nodiscard]] Result<std::int64_t> AsInt() const;
  [[nodiscard]] Result<bool> AsBool() const;
  [[nodiscard]] Result<std::vector<JsonView>> AsArray() const;
  /// Names of an object's members, in their order.
  [[nodiscard]] Result<std::vector<std::string>> Keys() const;

  [[nodiscard]] Result<std::string> GetString(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> GetInt(std::string_view key) const;
  [[nodiscard]] Result<bool> GetBool(std::string_view key) const;
  /// The fallback when the member is missing or null; an error when it has another type.
  [[nodiscard]] Result<std::string> GetStringOr(std::string_view key, std::string fallback) const;
  [[nodiscard]] Result<std::int64_t> GetIntOr(std::string_view key, std::int64_t fallback) const;
  [[nodiscard]] Result<bool> GetBoolOr(std::string_view key, bool fallback) const;

  /// Paths of the members that are not in `known`; kInvalidArgument when one is there twice.
  [[nodiscard]] Result<std::vector<std::string>> OtherKeys(
      std::initializer_list<std::string_view> known) const;
  /// kInvalidArgument naming the first member that is not in `known`.
  [[nodiscard]] Status OnlyKeys(std::initializer_list<std::string_view> known) const;

  /// Where this value stands in the document, e.g. "cluster.shards".
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const void* value_;
  std::string path_;
};

/// A parsed document. Depth and size are bounded (64 levels, 32 MiB).
class JsonDocument {
 public:
  static Result<JsonDocument> Parse(std::string_view text);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  [[nodiscard]] JsonView root() const;

 private:
  struct Impl;
  explicit JsonDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The list `key` of an object, each item read by `read`. Errors are those of Get, AsArray and
/// `read`.
template <typename Item>
Result<std::vector<Item>> ReadList(const JsonView& object, std::string_view key,
                                   Result<Item> (*read)(const JsonView&)) {
  ASSIGN_OR_RETURN(const JsonView list, object.Get(key));
  ASSIGN_OR_RETURN(const std::vector<JsonView> values, list.AsArray());
  std::vector<Item> items;
  for (const JsonView& value : values) {
    ASSIGN_OR_RETURN(Item item, read(value));
    items.push_back(std::move(item));
  }
  return items;
}
/// The same of texts.
Result<std::vector<std::string>> ReadTexts(const JsonView& object, std::string_view key);

/// Writes one document. Misuse (a value without key in an object) is a bug and aborts.
class JsonWriter {
 public:
  explicit JsonWriter(bool pretty = false);
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;
  ~JsonWriter();

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(std::int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Field(std::string_view key, std::string_view value) { return Key(key).String(value); }
  JsonWriter& Field(std::string_view key, const char* value) {
    return Key(key).String(std::string_view(value));
  }
  JsonWriter& Field(std::string_view key, std::int64_t value) { return Key(key).Int(value); }
  JsonWriter& Field(std::string_view key, int value) { return Key(key).Int(value); }
  JsonWriter& Field(std::string_view key, bool value) { return Key(key).Bool(value); }

  JsonWriter& Field(std::string_view key, const std::vector<std::string>& texts);

  [[nodiscard]] std::string Take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bowline
