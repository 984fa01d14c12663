#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace bowline {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> MakeValues() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr std::array<std::int8_t, 256> kValues = MakeValues();

std::uint32_t ByteAt(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
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

std::string HmacSha256Hex(std::string_view key, std::string_view text) {
  DigestBytes digest{};
  unsigned int size = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
             digest.data(), &size) == nullptr) {
    NoDigest();
  }
  return Hex(digest, size);
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Base64Encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        ByteAt(bytes, i) << 16U | ByteAt(bytes, i + 1) << 8U | ByteAt(bytes, i + 2);
    text += kAlphabet[group >> 18U];
    text += kAlphabet[group >> 12U & 63U];
    text += i + 1 < bytes.size() ? kAlphabet[group >> 6U & 63U] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[group & 63U] : '=';
  }
  return text;
}

// The text is often a password: messages never quote it.
Result<std::string> Base64Decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return Fail(Code::kInvalidArgument, "no base64: {} characters are no multiple of 4",
                text.size());
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    const std::int8_t value = kValues[static_cast<unsigned char>(text[i])];
    if (value < 0) {
      return Fail(Code::kInvalidArgument, "no base64: a foreign character at position {}", i + 1);
    }
    group = group << 6U | static_cast<std::uint32_t>(value);
    if (i % 4 != 3) continue;
    bytes += static_cast<char>(group >> 16U & 255U);
    bytes += static_cast<char>(group >> 8U & 255U);
    bytes += static_cast<char>(group & 255U);
    group = 0;
  }
  if ((padding == 1 && (group & 3U) != 0) || (padding == 2 && (group & 15U) != 0)) {
    return Fail(Code::kInvalidArgument, "no base64: bits are set behind the last byte");
  }
  if (padding == 1) bytes += static_cast<char>(group >> 10U & 255U);
  if (padding == 1) bytes += static_cast<char>(group >> 2U & 255U);
  if (padding == 2) bytes += static_cast<char>(group >> 4U & 255U);
  return bytes;
}

}  // namespace bowline
