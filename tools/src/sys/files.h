#pragma once
// Files: bounded reads, atomic durable writes. "Absent" is kNotFound; everything else is another
// error.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

struct FileFacts {
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
};
/// Of a regular file; nullopt: there is none of that name. Errors as ReadFile's: what cannot be
/// looked at is never "absent".
Result<std::optional<FileFacts>> LookAtFile(const std::filesystem::path& path);

/// The names in a folder, sorted; none when there is no such folder. Errors as ReadFile's.
Result<std::vector<std::string>> ListFolder(const std::filesystem::path& folder);

/// The first `bytes` bytes, or the whole file when it is shorter. Errors as ReadFile's.
Result<std::string> ReadBeginning(const std::filesystem::path& path, std::size_t bytes);

/// `bytes` bytes from `offset` on, or what there is of them. Errors as ReadFile's.
Result<std::string> ReadPart(const std::filesystem::path& path, std::int64_t offset,
                             std::size_t bytes);

/// The whole file, piece by piece. Errors as ReadFile's.
Status ReadInPieces(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take);

/// Ends the file after `bytes` bytes, through to the disk. Errors as ReadFile's.
Status CutFile(const std::filesystem::path& path, std::int64_t bytes);

/// `to` is a second name of the file `from`, or, where the file system has no such thing, a copy;
/// with `sync` through to the disk. kAlreadyExists when there is a `to`; else errors as ReadFile's.
Status LinkOrCopy(const std::filesystem::path& from, const std::filesystem::path& to,
                  bool sync = true);

}  // namespace bowline
