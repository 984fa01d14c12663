// Shows that a fault would be found: an index behind the end, after two guesses.

#include "fuzz/target.h"

void bowline::fuzz::Try(std::string_view input) {
  const std::string_view word = "bow";
  if (input.size() == word.size() && input.starts_with(word)) Must(false);
}
