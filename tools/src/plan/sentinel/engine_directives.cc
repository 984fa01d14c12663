#include "plan/sentinel/engine_directives.h"

#include <format>

namespace bowline {

bool IsPriority(std::string_view directive) {
  return directive == "replica-priority" || directive == "slave-priority";
}

std::string ServerDirectives(const EngineConfInput& input) {
  std::string text;
  if (input.follow) text += std::format("replicaof {} {}\n", input.follow->ip, input.follow->port);
  // No sentinel may promote a member that holds nothing (the resident program resets it).
  if (input.passive) text += "replica-priority 0\n";
  return text;
}

}  // namespace bowline
