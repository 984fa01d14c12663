#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bowline {

namespace {

const unsigned char* BytesOf(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes
  return reinterpret_cast<const unsigned char*>(text.data());
}

using DigestBytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

/// Only a crypto library without the algorithm gets here: no identity can be derived at all.
[[noreturn]] void NoDigest() {
  static_cast<void>(std::fputs("bowline: the crypto library lacks a digest\n", stderr));
  std::abort();
}

std::string Hex(const DigestBytes& digest, unsigned int size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4U];
    hex += kHex[digest[i] & 0xFU];
  }
  return hex;
}

std::string HexDigest(std::string_view text, const EVP_MD* algorithm) {
  DigestBytes digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm, nullptr) != 1) {
    NoDigest();
  }
  return Hex(digest, size);
}

}  // namespace

std::string Sha1Hex(std::string_view text) { return HexDigest(text, EVP_sha1()); }

std::string Sha256Hex(std::string_view text) { return HexDigest(text, EVP_sha256()); }

bool IsSha256Hex(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string HmacSha256Hex(std::string_view key, std::string_view text) {
  DigestBytes digest{};
  unsigned int size = 0;
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), BytesOf(text), text.size(),
             digest.data(), &size) == nullptr) {
    NoDigest();
  }
  return Hex(digest, size);
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Base64Encode(std::string_view bytes) {
  std::vector<unsigned char> text((bytes.size() + 2) / 3 * 4 + 1);  // and a zero byte
  const int size = ::EVP_EncodeBlock(text.data(), BytesOf(bytes), static_cast<int>(bytes.size()));
  return {text.begin(), text.begin() + size};
}

// The text is often a password: messages never quote it.
Result<std::string> Base64Decode(std::string_view text) {
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  const int size = ::EVP_DecodeBlock(bytes.data(), BytesOf(text), static_cast<int>(text.size()));
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (size >= 0 && static_cast<std::size_t>(size) >= padding) {
    std::string decoded(bytes.begin(), bytes.begin() + size - static_cast<std::ptrdiff_t>(padding));
    // OpenSSL also takes white space, more padding, and bits behind the last byte.
    if (Base64Encode(decoded) == text) return decoded;
  }
  return Fail(Code::kInvalidArgument, "no base64, in a text of {} characters", text.size());
}

}  // namespace bowline
