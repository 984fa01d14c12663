#include "sys/files.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <system_error>
#include <vector>

namespace bowline {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> FailErrno(std::string_view what, const fs::path& path, int error) {
  Code code = Code::kUnavailable;
  if (error == ENOENT || error == ENOTDIR) code = Code::kNotFound;
  if (error == EACCES || error == EPERM || error == EROFS) code = Code::kPermissionDenied;
  return Fail(code, "{} {}: {}", what, path.string(), std::generic_category().message(error));
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailErrno("writing", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// To the end of `from`, inside the kernel.
Status CopyAll(int from, int to, const fs::path& path) {
  while (true) {
    const ssize_t copied = ::sendfile(to, from, nullptr, 1U << 30U);
    if (copied == 0) return {};
    if (copied < 0 && errno != EINTR) return FailErrno("copying to", path, errno);
  }
}

/// Fills the buffer but for the end of the file; how much there was.
Result<std::size_t> Fill(int fd, std::vector<char>& buffer, const fs::path& path) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::read(fd, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("reading", path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Status SyncFolder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", folder, errno);
  if (::fsync(fd.get()) != 0) return FailErrno("syncing", folder, errno);
  return {};
}

/// `write` writes what is to be in it: Status(descriptor).
template <typename Write>
Status WriteTemporary(const fs::path& path, const Write& write, std::uint32_t mode, bool sync) {
  const Descriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!fd.valid()) return FailErrno("creating", path, errno);
  if (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) return FailErrno("mode of", path, errno);
  RETURN_IF_ERROR(write(fd.get()));
  if (sync && ::fsync(fd.get()) != 0) return FailErrno("syncing", path, errno);
  return {};
}

/// Writes a temporary file beside `path` and renames it; removes it on any failure.
template <typename Write>
Status ReplaceFile(const fs::path& path, const Write& write, std::uint32_t mode, bool sync) {
  fs::path temporary = path;
  temporary += ".bowline-tmp";
  const Status written = WriteTemporary(temporary, write, mode, sync);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return FailErrno("renaming to", path, error);
  }
  return {};
}

Status SyncFile(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", path, errno);
  if (::fsync(fd.get()) != 0) return FailErrno("syncing", path, errno);
  return {};
}

}  // namespace

Result<std::string> ReadFile(const fs::path& path, std::size_t limit) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", path, errno);
  std::string content;
  std::vector<char> buffer(64U << 10U);
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t got, Fill(fd.get(), buffer, path));
    content.append(buffer.data(), got);
    if (content.size() > limit) {
      return Fail(Code::kDataLoss, "{} is larger than {} bytes", path.string(), limit);
    }
    if (got < buffer.size()) return content;
  }
}

Status WriteFileAtomic(const fs::path& path, std::string_view content, std::uint32_t mode) {
  const auto write = [&](int fd) { return WriteAll(fd, content, path); };
  RETURN_IF_ERROR(ReplaceFile(path, write, mode, true));
  return SyncFolder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Status ReplaceFileUnsynced(const fs::path& path, std::string_view content, std::uint32_t mode) {
  return ReplaceFile(path, [&](int fd) { return WriteAll(fd, content, path); }, mode, false);
}

Status CopyFileUnsynced(const fs::path& from, const fs::path& to, std::uint32_t mode) {
  const Descriptor fd(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", from, errno);
  return ReplaceFile(to, [&](int target) { return CopyAll(fd.get(), target, to); }, mode, false);
}

Result<bool> SameContent(const fs::path& one, const fs::path& other) {
  const Descriptor left(::open(one.c_str(), O_RDONLY | O_CLOEXEC));
  if (!left.valid()) return FailErrno("opening", one, errno);
  const Descriptor right(::open(other.c_str(), O_RDONLY | O_CLOEXEC));
  if (!right.valid()) return FailErrno("opening", other, errno);
  std::vector<char> a(256U << 10U);
  std::vector<char> b(a.size());
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t size, Fill(left.get(), a, one));
    ASSIGN_OR_RETURN(const std::size_t other_size, Fill(right.get(), b, other));
    if (size != other_size || std::memcmp(a.data(), b.data(), size) != 0) return false;
    if (size < a.size()) return true;
  }
}

void WriteBestEffort(const fs::path& path, std::string_view content) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (fd.valid()) (void)WriteAll(fd.get(), content, path);
}

Result<bool> TryLockForLife(const fs::path& path) {
  // An open file description lock excludes this very process, too.
  static std::mutex mutex;
  static std::set<fs::path> held;
  const std::scoped_lock lock(mutex);
  if (held.contains(path)) return true;
  // Without O_CLOEXEC: the engine inherits the descriptor, and with it the lock.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
  if (fd < 0) return FailErrno("opening", path, errno);
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &whole) == 0) {
    held.insert(path);
    return true;
  }
  const int error = errno;
  ::close(fd);
  if (error == EAGAIN || error == EACCES) return false;
  return FailErrno("locking", path, error);
}

Result<std::optional<FileFacts>> LookAtFile(const fs::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::optional<FileFacts>();
    return FailErrno("looking at", path, errno);
  }
  if (!S_ISREG(info.st_mode)) return std::optional<FileFacts>();
  return std::optional(FileFacts{.bytes = info.st_size, .modified = info.st_mtim.tv_sec});
}

Result<std::vector<std::string>> ListFolder(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return FailErrno("listing", folder, error.value());
  }
  std::ranges::sort(names);
  return names;
}

Result<std::string> ReadBeginning(const fs::path& path, std::size_t bytes) {
  return ReadPart(path, 0, bytes);
}

Status ReadInPieces(const fs::path& path, const std::function<void(std::string_view)>& take) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", path, errno);
  std::vector<char> buffer(1U << 20U);
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t got, Fill(fd.get(), buffer, path));
    take({buffer.data(), got});
    if (got < buffer.size()) return {};
  }
}

Status CutFile(const fs::path& path, std::int64_t bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", path, errno);
  if (::ftruncate(fd.get(), bytes) != 0) return FailErrno("cutting", path, errno);
  if (::fsync(fd.get()) != 0) return FailErrno("syncing", path, errno);
  return {};
}

Result<std::string> ReadPart(const fs::path& path, std::int64_t offset, std::size_t bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return FailErrno("opening", path, errno);
  if (::lseek(fd.get(), offset, SEEK_SET) < 0) return FailErrno("reading", path, errno);
  std::vector<char> buffer(bytes);
  ASSIGN_OR_RETURN(const std::size_t got, Fill(fd.get(), buffer, path));
  return std::string(buffer.data(), got);
}

Status LinkOrCopy(const fs::path& from, const fs::path& to, bool sync) {
  if (::link(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    if (error == EEXIST) return Fail(Code::kAlreadyExists, "{} exists", to.string());
    if (error != EPERM && error != EOPNOTSUPP && error != ENOSYS && error != EMLINK) {
      return FailErrno("linking to", to, error);
    }
    const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!source.valid()) return FailErrno("opening", from, errno);
    RETURN_IF_ERROR(
        ReplaceFile(to, [&](int target) { return CopyAll(source.get(), target, to); }, 0644, sync));
  }
  if (!sync) return {};
  RETURN_IF_ERROR(SyncFile(to));
  return SyncFolder(to.parent_path());
}

}  // namespace bowline
