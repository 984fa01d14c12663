#include "plan/common/rdb_header.h"

#include <optional>

#include "base/parse.h"

namespace bowline {
namespace {

// Opcodes and encodings of rdb.h.
constexpr unsigned char kAux = 0xfa;
constexpr unsigned char kModules = 0xf7;
constexpr unsigned char kEnd = 0xff;
constexpr std::size_t kMagicBytes = 9;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<unsigned char> Byte() {
    if (bytes_.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }

  /// A string, or an integer as its decimal text. Compressed strings are skipped: "".
  std::optional<std::string> Text() {
    const auto first = Byte();
    if (!first) return std::nullopt;
    switch (*first >> 6U) {
      case 0:
        return Bytes(*first & 0x3fU);
      case 1: {
        const auto second = Byte();
        if (!second) return std::nullopt;
        return Bytes(((*first & 0x3fU) << 8U) | *second);
      }
      case 3:
        return Integer(*first & 0x3fU);
      default:
        return std::nullopt;  // strings of 16 KiB and more: none is at the beginning of a file
    }
  }

 private:
  std::optional<std::string> Bytes(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    std::string text(bytes_.substr(0, count));
    bytes_.remove_prefix(count);
    return text;
  }

  /// `encoding`: 0, 1, 2 for 1, 2, 4 bytes, the lowest one first.
  std::optional<std::string> Integer(unsigned encoding) {
    if (encoding > 2) return std::nullopt;
    const auto raw = Bytes(std::size_t{1} << encoding);
    if (!raw) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = raw->size(); i-- > 0;) {
      value = (value << 8U) | static_cast<unsigned char>((*raw)[i]);
    }
    if (encoding == 0) return std::to_string(static_cast<std::int8_t>(value));
    if (encoding == 1) return std::to_string(static_cast<std::int16_t>(value));
    return std::to_string(static_cast<std::int32_t>(value));
  }

  std::string_view bytes_;
};

void Note(const std::string& name, const std::string& value, RdbHeader& header) {
  if (name == "redis-ver" || name == "valkey-ver") {
    header.engine_version = value;
    header.writer = name.substr(0, name.size() - 4);
  } else if (name == "ctime") {
    header.created = ParseInt(value, 0, std::int64_t{1} << 40).value_or(0);
  }
}

}  // namespace

Result<RdbHeader> ParseRdbHeader(std::string_view bytes) {
  RdbHeader header;
  const bool redis = bytes.starts_with("REDIS");
  const std::size_t name = redis ? 5 : 6;
  if (bytes.size() < kMagicBytes || (!redis && !bytes.starts_with("VALKEY"))) {
    return Fail(Code::kDataLoss, "the file does not begin as an RDB file does");
  }
  const auto format = ParseInt(bytes.substr(name, kMagicBytes - name), 1, 9999);
  if (!format) return Fail(Code::kDataLoss, "the RDB format version is no number");
  header.format = static_cast<int>(*format);
  header.writer = redis ? "redis" : "valkey";
  Reader reader(bytes.substr(kMagicBytes));
  while (true) {
    const auto opcode = reader.Byte();
    if (!opcode) return header;
    if (*opcode != kAux) {
      header.empty = *opcode == kEnd;
      header.modules = *opcode == kModules;
      return header;
    }
    const auto key = reader.Text();
    const auto value = reader.Text();
    if (!key || !value) return header;
    Note(*key, *value, header);
  }
}

}  // namespace bowline
