#include "sys/files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <thread>

#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Slurp;
using testing::Spill;
using testing::TempFolder;

/// Without root's right to read everything, while it lives.
class AsNobody {
 public:
  AsNobody() { REQUIRE(::seteuid(65534) == 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() { (void)!::seteuid(0); }
};

template <typename T>
Code CodeOf(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

std::size_t FilesIn(const TempFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST_CASE("absent, forbidden and unreadable files are different") {
  const TempFolder folder;
  CHECK(CodeOf(ReadFile(folder / "absent")) == Code::kNotFound);
  CHECK(CodeOf(ReadFile(folder / "absent/deeper")) == Code::kNotFound);
  Spill(folder / "file", "text");
  CHECK(CodeOf(ReadFile(folder / "file/below")) == Code::kNotFound);
  CHECK(CodeOf(ReadFile(folder.path())) == Code::kUnavailable);
  ::chmod((folder / "file").c_str(), 0000);
  const AsNobody nobody;
  CHECK(CodeOf(ReadFile(folder / "file")) == Code::kPermissionDenied);
}

TEST_CASE("a file is read whole, up to the limit, with any bytes") {
  const TempFolder folder;
  std::string content(200'000, 'x');
  content[5] = '\0';
  Spill(folder / "file", content);
  CHECK(ReadFile(folder / "file") == content);
  CHECK(ReadFile(folder / "file", content.size()) == content);
  CHECK(CodeOf(ReadFile(folder / "file", content.size() - 1)) == Code::kDataLoss);
  Spill(folder / "empty", "");
  CHECK(ReadFile(folder / "empty") == "");
}

TEST_CASE("errors name the file") {
  const auto result = ReadFile("/absent/file");
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, ContainsSubstring("/absent/file"));
}

TEST_CASE("an atomic write makes and replaces, with the mode, and leaves nothing else") {
  const TempFolder folder;
  const auto path = folder / "file";
  REQUIRE(WriteFileAtomic(path, "one", 0600));
  CHECK(Slurp(path) == "one");
  REQUIRE(WriteFileAtomic(path, "two, longer", 0644));
  REQUIRE(WriteFileAtomic(path, ""));
  CHECK(Slurp(path).empty());
  REQUIRE(WriteFileAtomic(path, "x", 0555));
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0555U);
  CHECK(FilesIn(folder) == 1);
}

TEST_CASE("the mode does not depend on the umask") {
  const TempFolder folder;
  const mode_t before = ::umask(0077);
  const Status written = WriteFileAtomic(folder / "file", "x", 0644);
  ::umask(before);
  REQUIRE(written);
  struct stat info{};
  REQUIRE(::stat((folder / "file").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0644U);
}

TEST_CASE("a write that fails leaves the old file and no other") {
  const TempFolder folder;
  const auto path = folder / "file";
  Spill(path, "old");
  SECTION("no more room") {
    (void)std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit tiny{.rlim_cur = 100, .rlim_max = before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tiny) == 0);
    const Status written = WriteFileAtomic(path, std::string(5000, 'n'));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(CodeOf(written) == Code::kUnavailable);
  }
  SECTION("a folder that may not be written") {
    ::chmod(folder.path().c_str(), 0555);
    const AsNobody nobody;
    CHECK(CodeOf(WriteFileAtomic(path, "new")) == Code::kPermissionDenied);
  }
  CHECK(Slurp(path) == "old");
  CHECK(FilesIn(folder) == 1);
  SECTION("a folder in the file's place") {
    std::filesystem::create_directory(folder / "taken");
    CHECK_FALSE(WriteFileAtomic(folder / "taken", "new"));
    CHECK(FilesIn(folder) == 2);
  }
  SECTION("no such folder") {
    CHECK(CodeOf(WriteFileAtomic(folder / "absent/file", "new")) == Code::kNotFound);
  }
}

TEST_CASE("readers of a file that is replaced never see a part of it") {
  const TempFolder folder;
  const auto path = folder / "file";
  REQUIRE(ReplaceFileUnsynced(path, std::string(10'000, '0')));
  std::atomic<bool> stop = false;
  const std::jthread writer([&] {
    for (int i = 0; i < 300; ++i) {
      (void)ReplaceFileUnsynced(path, std::string(10'000, static_cast<char>('0' + i % 10)));
    }
    stop = true;
  });
  int torn = 0;
  while (!stop) {
    const auto text = ReadFile(path);
    torn += !text || text->size() != 10'000 || *text != std::string(10'000, text->front());
  }
  CHECK(torn == 0);
}

TEST_CASE("a copy is the same, and what is not the same is told") {
  const TempFolder folder;
  std::string content(700'000, 'x');  // more than one buffer
  content[600'000] = '\0';
  Spill(folder / "from", content);
  REQUIRE(CopyFileUnsynced(folder / "from", folder / "to", 0555));
  CHECK(Slurp(folder / "to") == content);
  CHECK((std::filesystem::status(folder / "to").permissions() & std::filesystem::perms::all) ==
        std::filesystem::perms{0555});
  CHECK(SameContent(folder / "from", folder / "to").value());
  content[600'001] = 'y';
  Spill(folder / "other", content);
  CHECK_FALSE(SameContent(folder / "from", folder / "other").value());
  Spill(folder / "shorter", content.substr(0, 600'000));
  CHECK_FALSE(SameContent(folder / "from", folder / "shorter").value());
  CHECK_FALSE(SameContent(folder / "shorter", folder / "from").value());
  CHECK(SameContent(folder / "from", folder / "absent").error().code == Code::kNotFound);
  CHECK(CopyFileUnsynced(folder / "absent", folder / "to", 0555).error().code == Code::kNotFound);
  CHECK_FALSE(CopyFileUnsynced(folder / "from", folder / "absent/to", 0555));
  CHECK(Slurp(folder / "to").size() == 700'000);
}

TEST_CASE("best effort: existing files only, failures are nobody's business") {
  const TempFolder folder;
  Spill(folder / "log", "much longer text");
  WriteBestEffort(folder / "log", "short");
  CHECK(Slurp(folder / "log") == "short");
  WriteBestEffort(folder / "absent", "short");
  CHECK_FALSE(std::filesystem::exists(folder / "absent"));
  WriteBestEffort("/dev/full", "short");
  CHECK_FALSE(ReplaceFileUnsynced(folder / "absent/file", "x"));
}

TEST_CASE("one holder of a lock at a time, children included") {
  TempFolder folder;
  const auto path = folder / "lock";
  // A process of its own, as the lock is kept for life.
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto locked = TryLockForLife(path);
    const auto child = Spawn({"sleep", "600"});
    Spill(folder / "child", std::to_string(child.value_or(-1)));
    Spill(folder / "locked", locked.value_or(false) ? "yes" : "no");
    ::pause();
    ::_exit(0);
  }
  REQUIRE(testing::Eventually([&] { return Slurp(folder / "locked") == "yes"; }));
  CHECK(TryLockForLife(path) == false);
  const pid_t child = static_cast<pid_t>(std::stol(Slurp(folder / "child")));
  ::kill(holder, SIGSTOP);
  ::kill(child, SIGSTOP);
  CHECK(TryLockForLife(path) == false);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  ::kill(child, SIGKILL);  // it has that from the kernel as well
  CHECK(testing::Eventually([&] { return TryLockForLife(path) == true; }));
  CHECK(CodeOf(TryLockForLife(folder / "absent/lock")) == Code::kNotFound);
}

TEST_CASE("a folder's files: absent is empty, and what cannot be looked at is an error (R9)") {
  const TempFolder folder;
  CHECK(ListFolder(folder / "absent")->empty());
  CHECK_FALSE(*LookAtFile(folder / "absent"));
  std::filesystem::create_directory(folder / "log");
  CHECK_FALSE(*LookAtFile(folder / "log"));
  Spill(folder / "log/b", "data");
  Spill(folder / "log/a", "");
  CHECK(*ListFolder(folder / "log") == std::vector<std::string>{"a", "b"});
  CHECK((*LookAtFile(folder / "log/b"))->bytes == 4);
  CHECK((*LookAtFile(folder / "log/b"))->modified > 0);
  CHECK(*ReadBeginning(folder / "log/b", 2) == "da");
  CHECK(*ReadBeginning(folder / "log/b", 20) == "data");
  CHECK_FALSE(ListFolder(folder / "log/b"));
  SECTION("a folder without rights") { ::chmod((folder / "log").c_str(), 0000); }
  SECTION("a folder that may be listed, but not entered") {
    ::chmod((folder / "log").c_str(), 0444);
  }
  ::chmod(folder.path().c_str(), 0755);
  const AsNobody nobody;
  CHECK(CodeOf(LookAtFile(folder / "log/b")) == Code::kPermissionDenied);
}

TEST_CASE("a second name keeps what the first one's replacement would have taken away") {
  const TempFolder folder;
  Spill(folder / "dump", "data");
  REQUIRE(LinkOrCopy(folder / "dump", folder / "base"));
  CHECK(std::filesystem::hard_link_count(folder / "base") == 2);
  REQUIRE(WriteFileAtomic(folder / "dump", "other"));
  CHECK(Slurp(folder / "base") == "data");
  CHECK(CodeOf(LinkOrCopy(folder / "dump", folder / "base")) == Code::kAlreadyExists);
  CHECK(CodeOf(LinkOrCopy(folder / "absent", folder / "new")) == Code::kNotFound);
}

}  // namespace
}  // namespace bowline
