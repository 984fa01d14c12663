// sentinel.conf with the addresses beside it, and directives of users.

#include "plan/sentinel/sentinel_conf.h"

#include "fuzz/target.h"
#include "plan/common/saved_addresses.h"

void bowline::fuzz::Try(std::string_view input) {
  const auto [text, addresses] = Split(input);
  (void)ParseSavedSentinel(text, addresses);
  (void)CheckSentinelDirectives(text);
  const auto book = ParseAddresses(addresses);
  if (book) Must(ParseAddresses(PrintAddresses(*book)).has_value());
}
