#include "cmd/held.h"

#include <CLI/CLI.hpp>

namespace bowline {

std::shared_ptr<std::vector<std::string>> DeclareHeld(CLI::App& app) {
  auto held = std::make_shared<std::vector<std::string>>();
  app.add_option("--held", *held, "a member that is held without its engine, or all")
      ->allow_extra_args(false);
  return held;
}

}  // namespace bowline
