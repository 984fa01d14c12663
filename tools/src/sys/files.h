#pragma once
// Files: bounded reads, atomic durable writes. "Absent" is kNotFound; everything else is another
// error.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bowline {

/// The whole file. kNotFound: no such file; kPermissionDenied; kDataLoss: larger than `limit`
/// bytes; kUnavailable: any other error of the system.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

/// Temporary file beside it, write, fsync, rename, fsync of the folder: the old file stays valid
/// until the rename, the new one is complete after it.
Status WriteFileAtomic(const std::filesystem::path& path, std::string_view content,
                       std::uint32_t mode = 0644);

/// As WriteFileAtomic without the syncs: readers never see half of it, a power cut may lose it.
Status ReplaceFileUnsynced(const std::filesystem::path& path, std::string_view content,
                           std::uint32_t mode = 0644);

/// A copy of the file `from`, as ReplaceFileUnsynced.
Status CopyFileUnsynced(const std::filesystem::path& from, const std::filesystem::path& to,
                        std::uint32_t mode);

/// Errors as ReadFile's.
Result<bool> SameContent(const std::filesystem::path& one, const std::filesystem::path& other);

/// Overwrites in place without any guarantee (for /dev/termination-log).
void WriteBestEffort(const std::filesystem::path& path, std::string_view content);

/// Takes the exclusive lock of `path` (an open file description lock, fcntl(2); the file is made)
/// for as long as this process and every child that it starts afterwards live. False when another
/// process holds it; true again when this one does. Errors as ReadFile's; kUnavailable also where
/// the file system has no locks.
Result<bool> TryLockForLife(const std::filesystem::path& path);

/// What the engine's dataset files on a volume tell.
struct DatasetFacts {
  std::int64_t bytes = 0;     ///< RDB and AOF files together; files that hold no key count nothing
  std::int64_t modified = 0;  ///< newest modification, seconds since 1970; 0: no file
};

/// Looks at dump.rdb and appendonlydir/ of an engine's folder (the engines' default names). Absent
/// files are absent; what cannot be looked at is an error, never "absent".
Result<DatasetFacts> LookAtDataset(const std::filesystem::path& folder);

}  // namespace bowline
