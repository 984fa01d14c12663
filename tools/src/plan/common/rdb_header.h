#pragma once
// The beginning of an RDB file: which engine wrote it, when, and whether it holds anything.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bowline {

struct RdbHeader {
  std::string writer;          ///< "redis" or "valkey", by the magic and the name of the version
  int format = 0;              ///< RDB format version: 12 of "REDIS0012", 80 of "VALKEY080"
  std::string engine_version;  ///< "8.0.2"; empty: not told
  std::int64_t created = 0;    ///< when the snapshot began, seconds since 1970; 0: not told
  bool empty = false;          ///< neither a key nor a function library follows
  bool modules = false;        ///< modules' own data follows, and perhaps nothing else
};

/// How much of a file ParseRdbHeader wants to see, in bytes.
inline constexpr std::size_t kRdbHeaderBytes = 4096;

/// Of a file's first bytes. kDataLoss when they are not the beginning of an RDB file.
Result<RdbHeader> ParseRdbHeader(std::string_view bytes);

}  // namespace bowline
