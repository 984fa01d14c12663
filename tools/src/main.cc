#include <cstdio>
#include <exception>

#include "base/exit_code.h"
#include "cmd/verbs.h"

int main(int argc, char** argv) {
  try {
    return bowline::Main(argc, argv);
  } catch (const std::exception& error) {
    // Our own code throws nothing; a library did.
    (void)std::fprintf(stderr, "bowline: internal error: %s\n", error.what());
    return static_cast<int>(bowline::ExitCode::kInternal);
  }
}
