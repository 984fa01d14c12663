#include "sys/child.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>

#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Slurp;
using testing::Spill;
using testing::TempFolder;

pid_t MustSpawn(const std::vector<std::string>& argv) {
  const auto pid = Spawn(argv);
  INFO((pid ? std::string() : pid.error().message));
  REQUIRE(pid);
  return *pid;
}

/// How a child ends, by Reap alone.
ChildExit EndOf(pid_t pid) {
  std::optional<ChildExit> exit;
  REQUIRE(testing::Eventually([&] { return (exit = Reap(pid)).has_value(); }));
  return *exit;
}

TEST_CASE("a child's exit code and signal") {
  const ChildExit done = EndOf(MustSpawn({"true"}));
  CHECK(done.code == 0);
  CHECK(done.signal == 0);
  CHECK(done.ContainerCode() == 0);
  CHECK(EndOf(MustSpawn({"sh", "-c", "exit 42"})).code == 42);
  CHECK(EndOf(MustSpawn({"sh", "-c", "exit 42"})).ToString() == "exit code 42");
  const ChildExit killed = EndOf(MustSpawn({"sh", "-c", "kill -9 $$"}));
  CHECK(killed.signal == SIGKILL);
  CHECK(killed.ContainerCode() == 137);
  CHECK(killed.ToString() == "killed by signal 9");
}

TEST_CASE("a child's files are for its user alone") {
  const TempFolder folder;
  REQUIRE(EndOf(MustSpawn({"touch", folder / "made"})).code == 0);
  CHECK(std::filesystem::status(folder / "made").permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("a child has none of this process' connections") {
  const TempFolder folder;
  const int left_open = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(left_open >= 0);
  const auto pid = Spawn({"sh", "-c", "readlink /proc/self/fd/* || true"}, folder / "log");
  REQUIRE(pid);
  CHECK(EndOf(*pid).code == 0);
  ::close(left_open);
  CHECK_THAT(Slurp(folder / "log"), !ContainsSubstring("socket:"));
}

TEST_CASE("what a child prints goes to a file that is made anew, when one is named") {
  const TempFolder folder;
  Spill(folder / "log", "of an earlier one, which was longer\n");
  const auto pid = Spawn({"sh", "-c", "echo one; echo two >&2"}, folder / "log");
  REQUIRE(pid);
  CHECK(EndOf(*pid).code == 0);
  CHECK(Slurp(folder / "log") == "one\ntwo\n");
  const auto nowhere = Spawn({"true"}, folder / "absent" / "log");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Code::kUnavailable);
}

TEST_CASE("what cannot be executed is told at once, by kind, and leaves no zombie") {
  const TempFolder folder;
  const auto absent = Spawn({"no-such-program-anywhere"});
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == Code::kNotFound);
  CHECK_THAT(absent.error().message, ContainsSubstring("no-such-program-anywhere"));
  Spill(folder / "text", "not a program");
  const auto no_program = Spawn({folder / "text"});
  REQUIRE_FALSE(no_program);
  CHECK(no_program.error().code == Code::kPermissionDenied);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("arguments arrive as they are: no shell in between") {
  const TempFolder folder;
  const std::string odd = "a b;$HOME '\"*\n";
  const pid_t pid = MustSpawn({"sh", "-c", "printf %s \"$2\" >\"$1\"", "sh", folder / "out", odd});
  CHECK(EndOf(pid).code == 0);
  CHECK(Slurp(folder / "out") == odd);
}

TEST_CASE("a running child is not reaped, a signalled one is") {
  const pid_t pid = MustSpawn({"sleep", "600"});
  CHECK_FALSE(Reap(pid));
  SignalChild(pid, SIGTERM);
  CHECK(EndOf(pid).signal == SIGTERM);
  SignalChild(pid, SIGTERM);  // gone: no error
}

TEST_CASE("strangers are reaped as well, as PID 1 must") {
  const pid_t stranger = MustSpawn({"true"});
  const pid_t child = MustSpawn({"sleep", "600"});
  // Until the stranger is no zombie any more.
  CHECK(testing::Eventually([&] {
    CHECK_FALSE(Reap(child));
    return ::kill(stranger, 0) != 0;
  }));
  SignalChild(child, SIGKILL);
  CHECK(EndOf(child).signal == SIGKILL);
}

/// In a process of its own, as signals stay blocked.
int InFork(int (*body)()) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_CASE("signals are waited for, up to a deadline") {
  CHECK(InFork([] {
          BlockSignals();
          if (WaitForSignal(Deadline::In(Milliseconds(10)))) return 1;
          for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
            ::kill(::getpid(), signal);
            if (WaitForSignal(Deadline::In(Milliseconds(5000))) != signal) return 2;
          }
          ::kill(::getpid(), SIGPIPE);  // ignored
          const auto pid = Spawn({"true"});
          if (!pid) return 3;
          if (WaitForSignal(Deadline::In(Milliseconds(20'000))) != SIGCHLD) return 4;
          return Reap(*pid) ? 0 : 5;
        }) == 0);
}

TEST_CASE("a child starts with no signal blocked, although we block them") {
  const int outcome = InFork([] {
    BlockSignals();
    const auto pid = Spawn({"sleep", "600"});
    if (!pid) return 1;
    SignalChild(*pid, SIGTERM);
    for (int i = 0; i < 500; ++i) {
      if (const auto exit = Reap(*pid)) return exit->signal == SIGTERM ? 0 : 2;
      ::usleep(20'000);
    }
    SignalChild(*pid, SIGKILL);
    return 3;
  });
  CHECK(outcome == 0);
}

TEST_CASE("the engine ends with its supervisor, however that ends") {
  TempFolder folder;
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    const auto pid = Spawn({"sleep", "600"});
    Spill(folder / "pid", std::to_string(pid.value_or(-1)) + "\n");
    ::pause();
    ::_exit(0);
  }
  REQUIRE(testing::Eventually([&] { return Slurp(folder / "pid").ends_with('\n'); }));
  const std::string engine = "/proc/" + std::to_string(std::stol(Slurp(folder / "pid")));
  CHECK(std::filesystem::exists(engine));
  ::kill(supervisor, SIGKILL);
  ::waitpid(supervisor, nullptr, 0);
  CHECK(testing::Eventually([&] {
    return !std::filesystem::exists(engine) || Slurp(engine + "/stat").contains(") Z ");
  }));
}

}  // namespace
}  // namespace bowline
