#include "plan/upgrade/refusal.h"

#include <algorithm>
#include <format>

#include "base/digest.h"

namespace bowline {
namespace {

constexpr std::size_t kTokenDigits = 10;

}  // namespace

Refusal MayConfirm(const Confirmation& confirmation, std::string value, const std::string& change,
                   const std::string& effect, std::string remedy) {
  Refusal refusal{.value = std::move(value),
                  .what = change + ": " + effect,
                  .remedy = std::move(remedy),
                  .token = ""};
  // A letter first: YAML and --set take digits alone for a number.
  refusal.token =
      "t" + Sha256Hex(std::format("{}\n{}\n{}", confirmation.version, refusal.value, change))
                .substr(0, kTokenDigits);
  refusal.confirmed = std::ranges::contains(confirmation.tokens, refusal.token);
  return refusal;
}

std::string PrintRefusals(const std::vector<Refusal>& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals) {
    if (refusal.confirmed) continue;
    text += std::format("\n{}: {}.\n  Remedy: {}.\n", refusal.value, refusal.what, refusal.remedy);
    if (refusal.token.empty()) continue;
    text +=
        std::format("  If this is what you want, once: upgrade.confirm={{{}}}\n", refusal.token);
  }
  return text;
}

}  // namespace bowline
