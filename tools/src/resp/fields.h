#pragma once
// Replies that are lists of names and values.

#include "model/sentinel_info.h"
#include "resp/reply.h"

namespace bowline {

/// [name, value, name, value, ...]
SentinelFields ToFields(const Reply& reply);

}  // namespace bowline
