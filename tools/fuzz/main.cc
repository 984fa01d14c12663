#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bowline::fuzz::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
