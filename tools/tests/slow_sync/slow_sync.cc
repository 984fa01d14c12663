// For tests only, loaded into an engine by LD_PRELOAD: a disk that is busy. While the file named by
// BOWLINE_SLOW_SYNC is there, each fdatasync takes 5 s.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int fdatasync(int fd) {
  const char* busy = ::getenv("BOWLINE_SLOW_SYNC");
  if (busy != nullptr && ::access(busy, F_OK) == 0) ::sleep(5);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
