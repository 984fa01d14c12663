#pragma once
// A reply of the engine, copied out of the client library: safe to keep.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

struct Reply {
  enum class Type { kNil, kString, kInteger, kArray, kError };
  Type type = Type::kNil;
  std::string text;  ///< string or error text
  std::int64_t integer = 0;
  std::vector<Reply> items;

  [[nodiscard]] bool IsError() const { return type == Type::kError; }
  /// First word of an error ("LOADING", "NOAUTH", "ERR" ...); texts differ between engines, words
  /// do not.
  [[nodiscard]] std::string_view ErrorWord() const {
    return IsError() ? std::string_view(text).substr(0, text.find(' ')) : std::string_view();
  }
};

}  // namespace bowline
