#pragma once
// sentinel.conf: written whole at every start (facts: only so does a quorum exist from the first
// moment), and read back for what the sentinel itself has saved in it since.

#include <string>
#include <string_view>

#include "base/error.h"
#include "model/sentinel_info.h"
#include "model/settings.h"
#include "plan/common/engine_conf.h"

namespace bowline {

struct SentinelConfInput {
  Settings settings;
  EngineSecrets secrets;
  Identity identity;
  MemberName self;
  AddressBook addresses;  ///< of all members
  MemberName primary;
  SentinelEpochs epochs;
  std::string user_directives;  ///< sentinel.conf of the chart
  std::string data_directory = "/data";
};

/// kInvalidArgument naming the line when the user's directives set something that the program owns,
/// or naming the member that has no address.
Result<std::string> RenderSentinelConf(const SentinelConfInput& input);

/// kInvalidArgument naming the first line that sets something that the program owns.
Status CheckSentinelDirectives(std::string_view text);

struct SavedSentinel {
  std::string id;
  SentinelSnapshot snapshot;  ///< whom it names, epochs; its process does not answer
};

/// What a saved sentinel.conf tells. `addresses` is what PrintAddresses
/// (plan/common/saved_addresses.h) wrote when the file was made (empty: unknown, then `primary`
/// stays empty). kDataLoss for a file that is cut, empty or not a sentinel's.
Result<SavedSentinel> ParseSavedSentinel(std::string_view text, std::string_view addresses);

}  // namespace bowline
