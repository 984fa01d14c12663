#pragma once
// Digests and encodings; OpenSSL stays behind this header.

#include <string>
#include <string_view>

#include "base/error.h"

namespace bowline {

/// SHA-1 as 40 lower-case hex digits. For identifiers, not for secrets.
std::string Sha1Hex(std::string_view text);
/// SHA-256 as 64 lower-case hex digits (ACL password hashes: "user x on #<hex>").
std::string Sha256Hex(std::string_view text);
/// Could it be one?
bool IsSha256Hex(std::string_view text);

/// HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits.
std::string HmacSha256Hex(std::string_view key, std::string_view text);
/// Are the two equal? Takes as long for a wrong text as for the right one, so that time tells
/// nothing of a MAC.
bool EqualInConstantTime(std::string_view a, std::string_view b);

/// Standard base64 with padding, as Kubernetes Secrets carry their values.
std::string Base64Encode(std::string_view bytes);
/// kInvalidArgument for anything that is not base64.
Result<std::string> Base64Decode(std::string_view text);

}  // namespace bowline
