#pragma once
// Error replies as errors; private to this layer.

#include <string>
#include <string_view>

#include "base/error.h"
#include "resp/reply.h"

namespace bowline {

/// By the first word; see RespClient::Ask.
Code CodeOfError(const Reply& reply);

/// See RespClient::Ask. `peer`: for people.
Result<Reply> UnlessError(std::string_view command, const std::string& peer, Reply reply);

}  // namespace bowline
