#pragma once
// The flag of diagnostic mode, shared by the verbs of a member's pod.

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bowline {

/// `--held`, once for each member, or `all`.
std::shared_ptr<std::vector<std::string>> DeclareHeld(CLI::App& app);

}  // namespace bowline
