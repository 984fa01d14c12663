#pragma once
// Which of the addresses that DNS tells is used.

#include <string>
#include <vector>

namespace bowline {

/// Of a name's addresses always the same one, in whatever order DNS tells them: the lowest of the
/// family of `own` (a pod's first address, whose family a Service has first by default), else the
/// lowest. `own` empty: of any family. Empty when there is none.
std::string StableChoice(const std::vector<std::string>& addresses, const std::string& own);

}  // namespace bowline
