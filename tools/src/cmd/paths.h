#pragma once
// Flags for the folders of a member, shared by the verbs that touch them.

#include <memory>

#include "apply/common/context.h"

namespace CLI {
class App;
}

namespace bowline {

struct PathFlags {
  std::string engine_directives = "/etc/bowline/engine.conf";
  std::string sentinel_directives = "/etc/bowline/sentinel.conf";
  std::string data = "/data";
  std::string run = "/run/bowline";
};

/// `--data`.
void DeclareData(CLI::App& app, std::string& data);
std::shared_ptr<PathFlags> DeclarePaths(CLI::App& app);
Paths ToPaths(const PathFlags& flags, const std::string& config);

}  // namespace bowline
