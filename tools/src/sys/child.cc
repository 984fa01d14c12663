#include "sys/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

namespace bowline {
namespace {

// Of this process: two listeners with 1000 connections each, and its own.
constexpr int kFilesAtMost = 4096;

sigset_t WatchedSignals() {
  sigset_t set{};
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

/// Libraries open sockets without FD_CLOEXEC. A child that had them would hold connections open
/// that this process has closed. The loop is for kernels before 5.11 (close_range(2)).
void KeepFilesFromChild() {
  if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  for (int fd = STDERR_FILENO + 1; fd < kFilesAtMost; ++fd) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// In the child, between fork and exec: only async-signal-safe calls. Reports errno through the
/// pipe. `output`: a descriptor, or -1.
[[noreturn]] void ExecChild(std::vector<char*>& argv, int error_pipe, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none{};
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::umask(077);
  if (output >= 0) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
  }
  KeepFilesFromChild();
  ::execvp(argv[0], argv.data());
  const int error = errno;
  (void)!::write(error_pipe, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

std::string ChildExit::ToString() const {
  if (signal != 0) return std::format("killed by signal {}", signal);
  return std::format("exit code {}", code);
}

void BlockSignals() {
  const sigset_t set = WatchedSignals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);  // cannot fail for SIGPIPE
}

std::optional<int> WaitForSignal(Deadline deadline) {
  const sigset_t set = WatchedSignals();
  const auto left = deadline.Left();
  timespec span{};
  span.tv_sec = static_cast<time_t>(left.count() / 1000);
  span.tv_nsec = static_cast<long>((left.count() % 1000) * 1'000'000);
  const int signal = ::sigtimedwait(&set, nullptr, &span);
  if (signal < 0) return std::nullopt;
  return signal;
}

Result<pid_t> Spawn(const std::vector<std::string>& argv, const std::filesystem::path& output) {
  std::vector<std::string> words = argv;  // execvp wants mutable characters
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const int log = output.empty() ? -1
                                 : ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                          S_IRUSR | S_IWUSR);
  if (!output.empty() && log < 0) {
    return Fail(Code::kUnavailable, "cannot write {}: {}", output.string(),
                std::generic_category().message(errno));
  }
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return Fail(Code::kInternal, "pipe2 failed");
  const pid_t pid = ::fork();
  if (pid == 0) ExecChild(pointers, pipe[1], log);
  ::close(pipe[1]);
  if (log >= 0) ::close(log);
  int error = 0;
  const bool failed = pid < 0 || ::read(pipe[0], &error, sizeof error) == sizeof error;
  ::close(pipe[0]);
  if (pid < 0) return Fail(Code::kUnavailable, "fork failed");
  if (!failed) return pid;
  ::waitpid(pid, nullptr, 0);
  const Code code = error == ENOENT ? Code::kNotFound : Code::kPermissionDenied;
  return Fail(code, "cannot execute {}: {}", argv[0], std::generic_category().message(error));
}

std::optional<ChildExit> Reap(pid_t pid) {
  std::optional<ChildExit> exit;
  int status = 0;
  for (pid_t ended = ::waitpid(-1, &status, WNOHANG); ended > 0;
       ended = ::waitpid(-1, &status, WNOHANG)) {
    if (ended != pid) continue;
    exit = WIFSIGNALED(status) ? ChildExit{.code = 0, .signal = WTERMSIG(status)}
                               : ChildExit{.code = WEXITSTATUS(status), .signal = 0};
  }
  return exit;
}

void SignalChild(pid_t pid, int signal) { ::kill(pid, signal); }

}  // namespace bowline
