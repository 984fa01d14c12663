# Compiler flags of every target: warnings are errors, hardening is on, the release is small.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(bowline_flags INTERFACE)
target_compile_options(bowline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Werror
  # Designated initializers leave the rest at its default on purpose.
  -Wno-missing-field-initializers
  -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_link_options(bowline_flags INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)

# Of the tests' own sources, beside the flags of all.
add_library(bowline_test_flags INTERFACE)

if(BOWLINE_FUZZ)
  # By Clang, whose warnings are not GCC's: errors they are in the other builds.
  target_compile_options(bowline_flags INTERFACE
    -Wno-error -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
    -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tools/fuzz/ignored.txt)
  target_link_options(bowline_flags INTERFACE -fsanitize=address,undefined)
elseif(BOWLINE_SANITIZE)
  # -g1: backtraces name function and line; variables would double the objects.
  target_compile_options(bowline_flags INTERFACE
    -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  # A third of the time of such a file. The program's own sources are checked for these; a null pointer that a test itself
  # follows still ends it, by the other sanitizer.
  target_compile_options(bowline_test_flags INTERFACE -fno-sanitize=null,alignment,vptr)
  target_link_options(bowline_flags INTERFACE -fsanitize=address,undefined)
else()
  target_compile_options(bowline_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(BOWLINE_STATIC)
  target_compile_options(bowline_flags INTERFACE -ffunction-sections -fdata-sections -flto=auto)
  # RELR packs the relative relocations of OpenSSL's tables: 0.7 MB less.
  target_link_options(bowline_flags INTERFACE
    -static-pie -s -flto=auto -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
endif()

if(BOWLINE_CLANG_TIDY)
  find_program(BOWLINE_CLANG_TIDY_BIN NAMES clang-tidy-19 REQUIRED)
  # The profile's hash in the command: after a change of the profile everything is checked again.
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS .clang-tidy)
  file(SHA256 ${CMAKE_SOURCE_DIR}/.clang-tidy profile)
  set(CMAKE_CXX_CLANG_TIDY ${BOWLINE_CLANG_TIDY_BIN} --quiet --extra-arg=-DBOWLINE_PROFILE_${profile})
endif()
