#pragma once
// The container's own control group, as the kernel shows it in the container: cgroup v2
// (Documentation/admin-guide/cgroup-v2.rst), else v1's memory controller.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bowline {

inline constexpr const char* kCgroup = "/sys/fs/cgroup";

/// memory.max in bytes; nothing: there is no limit, or it cannot be read.
std::optional<std::int64_t> MemoryLimit(const std::filesystem::path& root = kCgroup);

/// How many of the container's processes the kernel has ended for want of memory, since the
/// container began (memory.events, oom_kill); 0: none, or it cannot be read.
std::int64_t OomKills(const std::filesystem::path& root = kCgroup);

}  // namespace bowline
