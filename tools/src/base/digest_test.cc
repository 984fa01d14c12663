#include "base/digest.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bowline {
namespace {

TEST_CASE("SHA-1 of the published examples") {
  CHECK(Sha1Hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(Sha1Hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(Sha1Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(Sha1Hex(std::string(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("SHA-256 of the published examples") {
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("base64 of RFC 4648") {
  const std::vector<std::pair<std::string, std::string>> examples = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : examples) {
    CHECK(Base64Encode(bytes) == text);
    CHECK(Base64Decode(text) == bytes);
  }
}

TEST_CASE("base64 takes any bytes there and back") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random() % 50, '\0');
    for (char& c : bytes) c = static_cast<char>(random() & 255U);
    CHECK(Base64Decode(Base64Encode(bytes)) == bytes);
  }
}

TEST_CASE("what is no base64 is refused without being quoted") {
  for (const std::string_view bad : {"A", "AA", "AAA", "A===", "====", "Zg==Zg==", "Zh==", "Zm9=",
                                     "Zm 9", "Zm9v\n", "Zm9-", "Zg=a", "\xff\xff\xff\xff"}) {
    CAPTURE(bad);
    const auto result = Base64Decode(bad);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::kInvalidArgument);
    CHECK(result.error().message.find(bad) == std::string::npos);
  }
}

TEST_CASE("a hash is 64 lower-case hex digits") {
  CHECK(IsSha256Hex(Sha256Hex("x")));
  CHECK_FALSE(IsSha256Hex(Sha256Hex("x").substr(1)));
  CHECK_FALSE(IsSha256Hex(std::string(64, 'A')));
  CHECK_FALSE(IsSha256Hex(std::string(64, 'g')));
}

}  // namespace
}  // namespace bowline
