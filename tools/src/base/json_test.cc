#include "base/json.h"

#include <catch2/catch_test_macros.hpp>
#include <random>

namespace bowline {
namespace {

JsonDocument MustParse(std::string_view text) {
  auto document = JsonDocument::Parse(text);
  REQUIRE(document);
  return *std::move(document);
}

std::string Message(const auto& result) {
  return result ? std::string("(no error)") : result.error().message;
}

std::string Nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST_CASE("getters name the path that surprised them") {
  const JsonDocument document = MustParse(
      R"({"cluster":{"shards":3,"name":"a\u0000b","on":true,"none":null,"list":[1,"x",{"y":2}]},)"
      R"("big":9223372036854775808,"real":1.0})");
  const JsonView root = document.root();
  const JsonView cluster = root.Get("cluster").value();
  CHECK(cluster.path() == "cluster");
  CHECK(cluster.GetInt("shards") == 3);
  CHECK(cluster.GetString("name") == std::string("a\0b", 3));
  CHECK(cluster.GetBool("on") == true);
  CHECK(Message(cluster.GetInt("nope")) == "cluster.nope is missing");
  CHECK(Message(cluster.GetInt("name")) ==
        "cluster.name must be an integer of 64 bits, not string");
  CHECK(Message(cluster.GetBool("shards")) == "cluster.shards must be true or false, not number");
  CHECK(Message(cluster.GetString("none")) == "cluster.none must be a string, not null");
  CHECK(Message(root.GetInt("big")) == "big must be an integer of 64 bits, not number");
  CHECK(Message(root.GetInt("real")) == "real must be an integer of 64 bits, not number");
  CHECK(Message(cluster.Get("shards")->Get("x")) == "cluster.shards must be an object, not number");
  CHECK(Message(root.AsArray()) == "the document must be an array, not an object");

  const auto list = cluster.Get("list")->AsArray();
  REQUIRE(list);
  CHECK(list->size() == 3);
  CHECK(Message(list->at(1).AsInt()) ==
        "cluster.list[1] must be an integer of 64 bits, not string");
  CHECK(list->at(2).Get("y")->path() == "cluster.list[2].y");
}

TEST_CASE("null counts as missing for the getters with a fallback") {
  const JsonDocument document = MustParse(R"({"null":null,"int":4,"text":"x","bool":false})");
  const JsonView root = document.root();
  CHECK(root.GetIntOr("null", 7) == 7);
  CHECK(root.GetIntOr("absent", 7) == 7);
  CHECK(root.GetIntOr("int", 7) == 4);
  CHECK_FALSE(root.GetIntOr("text", 7));
  CHECK(root.GetStringOr("null", "d") == "d");
  CHECK(root.GetStringOr("text", "d") == "x");
  CHECK_FALSE(root.GetStringOr("int", "d"));
  CHECK(root.GetBoolOr("null", true) == true);
  CHECK(root.GetBoolOr("bool", true) == false);
  CHECK_FALSE(root.GetBoolOr("int", true));
  CHECK_FALSE(root.Get("int")->GetIntOr("x", 1));
  CHECK(root.Has("null"));
  CHECK(root.Get("null")->IsNull());
  CHECK_FALSE(root.Has("absent"));
  CHECK_FALSE(root.Get("int")->Has("x"));
}

TEST_CASE("unknown and repeated members are refused on demand") {
  const JsonDocument document = MustParse(R"({"a":1,"b":2})");
  CHECK(document.root().OnlyKeys({"a", "b", "c"}));
  CHECK(Message(document.root().OnlyKeys({"a", "c"})) == R"("b" is not known; known are: a, c)");
  CHECK(document.root().OtherKeys({"a"}) == std::vector<std::string>{"b"});
  CHECK(MustParse(R"({"in":{"b":1}})").root().Get("in")->OtherKeys({"a"}) ==
        std::vector<std::string>{"in.b"});
  CHECK(Message(MustParse(R"({"a":1,"a":2})").root().OnlyKeys({"a"})) ==
        R"(the document has "a" twice)");
  CHECK_FALSE(MustParse("[]").root().OnlyKeys({"a"}));
  CHECK(document.root().Keys() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("what is no JSON is an error with its place") {
  for (const std::string_view bad : {"", " ", "{", "[1,", "{\"a\":}", "{'a':1}", "nul", "01", "1 2",
                                     "{}x", "\"\xff\"", "\"\\ud800\"", "[1e999]", "\"a", "\x00"}) {
    CAPTURE(bad);
    const auto document = JsonDocument::Parse(bad);
    REQUIRE_FALSE(document);
    CHECK(document.error().code == Code::kInvalidArgument);
    CHECK(document.error().message.starts_with("no JSON at byte"));
  }
}

TEST_CASE("depth and size are bounded") {
  CHECK(JsonDocument::Parse(Nested(64)));
  CHECK(Message(JsonDocument::Parse(Nested(65))) == "JSON is nested deeper than 64 levels");
  CHECK_FALSE(JsonDocument::Parse(std::string(8'000'000, '[')));
  CHECK(
      JsonDocument::Parse(R"(["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[["])"));
  CHECK_FALSE(JsonDocument::Parse(std::string((32U << 20U) + 1, ' ')));
}

TEST_CASE("a document can be moved") {
  JsonDocument first = MustParse(R"({"a":1})");
  const JsonDocument second = std::move(first);
  CHECK(second.root().GetInt("a") == 1);
}

TEST_CASE("the writer writes what the reader reads") {
  JsonWriter writer;
  writer.BeginObject()
      .Field("text", "a\"\n\x01")
      .Field("int", -5)
      .Field("big", std::int64_t{9223372036854775807})
      .Field("bool", true)
      .Key("none")
      .Null()
      .Key("list")
      .BeginArray()
      .Int(1)
      .String("x")
      .BeginObject()
      .EndObject()
      .EndArray()
      .EndObject();
  const std::string text = writer.Take();
  CHECK(text == R"({"text":"a\"\n\u0001","int":-5,"big":9223372036854775807,"bool":true,)"
                R"("none":null,"list":[1,"x",{}]})");
  CHECK(MustParse(text).root().GetString("text") == "a\"\n\x01");

  JsonWriter pretty(true);
  pretty.BeginObject().Field("a", 1).EndObject();
  CHECK(pretty.Take() == "{\n  \"a\": 1\n}");
}

TEST_CASE("a writer can be moved") {
  JsonWriter first;
  first.BeginArray();
  JsonWriter second = std::move(first);
  second.Int(1).EndArray();
  CHECK(second.Take() == "[1]");
}

TEST_CASE("bytes that are no UTF-8 are replaced") {
  JsonWriter writer;
  writer.String("ok \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 bad \xff \xC3 \xED\xA0\x80 \xC0\x80");
  const std::string text = writer.Take();
  CHECK(text ==
        "\"ok \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 bad \xEF\xBF\xBD \xEF\xBF\xBD "
        "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(JsonDocument::Parse(text));
}

TEST_CASE("any bytes written as a string are read back as JSON") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() & 255U);
    JsonWriter writer;
    writer.BeginObject().Field(bytes, bytes).EndObject();
    const auto document = JsonDocument::Parse(writer.Take());
    REQUIRE(document);
    CHECK(document->root().Keys()->size() == 1);
  }
}

TEST_CASE("mutated documents never crash the reader") {
  const std::string good = R"({"a":[1,2,{"b":"\u00e4x"},null,true],"c":{"d":-1.5e3},"e":""})";
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (unsigned i = 0; i <= random() % 3; ++i) {
      text[random() % text.size()] = static_cast<char>(random() & 255U);
    }
    if (random() % 4 == 0) text.resize(random() % text.size());
    const auto document = JsonDocument::Parse(text);
    if (!document) continue;
    for (const std::string& key : document->root().Keys().value_or(std::vector<std::string>())) {
      CHECK(document->root().Get(key));
    }
  }
}

TEST_CASE("a list of texts is read as it was written; anything else is an error with its path") {
  JsonWriter json;
  json.BeginObject().Field("names", std::vector<std::string>{"a", "b"}).Field("other", 1);
  json.Key("mixed").BeginArray().String("a").Int(1).EndArray().EndObject();
  const auto document = JsonDocument::Parse(json.Take());
  REQUIRE(document);
  CHECK(ReadTexts(document->root(), "names") == std::vector<std::string>{"a", "b"});
  CHECK(ReadTexts(document->root(), "other").error().message.contains("other"));
  CHECK(ReadTexts(document->root(), "mixed").error().message.contains("mixed"));
  CHECK(ReadTexts(document->root(), "none").error().message.contains("none"));
}

}  // namespace
}  // namespace bowline
