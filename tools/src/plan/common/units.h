#pragma once
// Amounts and spans as people read them: in `bowline status`, in probes' texts, in Events.

#include <cstdint>
#include <string>

namespace bowline {

/// "0B", "512B", "1.2K", "48.0M", "1.5G": units of 1024, as the engines' INFO has them.
std::string BytesText(std::int64_t bytes);
/// "42s", "4m12s", "3h5m", "2d4h".
std::string SpanText(std::int64_t seconds);

}  // namespace bowline
