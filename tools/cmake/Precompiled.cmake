# What nearly every source includes, compiled once, for the tests' build alone: the release and clang-tidy compile each file with
# its own includes, so that a missing one is still found. Only the standard library and Catch2 are in it: a layer's headers,
# or those of a wrapped library, would be visible to all layers (Layer.cmake).
set(BOWLINE_STD_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <expected> <filesystem> <format>
  <functional> <map> <memory> <mutex> <optional> <set> <string> <string_view> <thread> <utility> <variant> <vector>)
set(BOWLINE_CATCH2_HEADERS
  <catch2/catch_test_macros.hpp> <catch2/generators/catch_generators.hpp> <catch2/matchers/catch_matchers_string.hpp>)

# The body of std::format is a template: each file that formats anything compiles it anew, which is half of the time of such a
# file. Declared `extern`, it is compiled once, in cmake/format_body.cc. Its name is libstdc++'s own, so it is tried first.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -std=c++23)
file(READ ${CMAKE_CURRENT_LIST_DIR}/format_body.h body)
check_cxx_source_compiles("${body}\nint main() { return 0; }" BOWLINE_FORMAT_BODY)
unset(CMAKE_REQUIRED_FLAGS)

if(BOWLINE_PRECOMPILED)
  set(headers ${BOWLINE_STD_HEADERS})
  set(source cmake/empty.cc)
  if(BOWLINE_FORMAT_BODY)
    list(APPEND headers ${CMAKE_CURRENT_LIST_DIR}/format_body.h)
    set(source cmake/format_body.cc)
  endif()
  add_library(bowline_std STATIC ${source})
  target_link_libraries(bowline_std PUBLIC bowline_flags)
  target_precompile_headers(bowline_std PRIVATE ${headers})
  if(BUILD_TESTING)
    add_library(bowline_std_test OBJECT cmake/empty.cc)
    target_link_libraries(bowline_std_test PRIVATE bowline_flags bowline_test_flags Catch2::Catch2)
    # As programs are compiled; a precompiled header is for the same flags only.
    set_target_properties(bowline_std_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(bowline_std_test PRIVATE -fPIE)
    target_precompile_headers(bowline_std_test PRIVATE ${headers} ${BOWLINE_CATCH2_HEADERS})
  endif()
  # ccache needs the includes of what was precompiled (the flag of GCC), and CCACHE_SLOPPINESS (ci/lib/builder.sh).
  target_compile_options(bowline_flags INTERFACE -fpch-preprocess)
endif()
