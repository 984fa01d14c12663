#pragma once
// The program's version, from CMake's project(VERSION).

namespace bowline {

inline constexpr const char* kVersion = BOWLINE_VERSION;

}  // namespace bowline
