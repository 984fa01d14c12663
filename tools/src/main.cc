#include <cstdio>
#include <exception>

#include "base/exit_code.h"
#include "cmd/verbs.h"

int main(int argc, char** argv) {
  try {
    return bowline::Main(argc, argv);
  } catch (const std::exception& error) {
    // Our own errors are values (base/error.h). What comes here was thrown by a library, or by the
    // system when it had no memory or no thread for us.
    (void)std::fprintf(stderr, "bowline: internal error: %s\n", error.what());
    return static_cast<int>(bowline::ExitCode::kInternal);
  }
}
