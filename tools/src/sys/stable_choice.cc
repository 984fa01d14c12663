#include "sys/stable_choice.h"

namespace bowline {

std::string StableChoice(const std::vector<std::string>& addresses, const std::string& own) {
  const bool six = own.contains(':');
  std::string best;
  for (const std::string& address : addresses) {
    const bool alike = own.empty() || address.contains(':') == six;
    const bool best_alike = own.empty() || best.contains(':') == six;
    if (best.empty() || (alike && !best_alike) || (alike == best_alike && address < best)) {
      best = address;
    }
  }
  return best;
}

}  // namespace bowline
