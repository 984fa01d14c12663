#include "plan/common/text_grid.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

constexpr TextStyle kColoured{.screen = true, .colour = true, .utf8 = true};

TEST_CASE("colours, characters and width follow what is known of the output") {
  struct Case {
    OutputFacts facts;
    bool screen, colour, utf8;
    int width;
  };
  const OutputFacts terminal{.terminal = true, .columns = 80, .term = "xterm"};
  const auto with = [&](auto change) {
    OutputFacts facts = terminal;
    change(facts);
    return facts;
  };
  const std::vector<Case> cases{
      {{}, false, false, false, 0},
      {terminal, true, true, false, 80},
      {with([](OutputFacts& facts) { facts.terminal = false; }), false, false, false, 0},
      {with([](OutputFacts& facts) { facts.columns = 0; }), true, true, false, 0},
      {with([](OutputFacts& facts) { facts.term = "dumb"; }), false, false, false, 80},
      {with([](OutputFacts& facts) { facts.term = ""; }), true, true, false, 80},
      {with([](OutputFacts& facts) { facts.no_color = "1"; }), true, false, false, 80},
      {with([](OutputFacts& facts) { facts.no_color = "0"; }), true, false, false, 80},
      {with([](OutputFacts& facts) { facts.locale = "C.UTF-8"; }), true, true, true, 80},
      {with([](OutputFacts& facts) { facts.locale = "de_DE.utf8"; }), true, true, true, 80},
      {with([](OutputFacts& facts) { facts.locale = "C"; }), true, true, false, 80},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    const TextStyle style = StyleOf(cases[i].facts);
    CHECK(style.screen == cases[i].screen);
    CHECK(style.colour == cases[i].colour);
    CHECK(style.utf8 == cases[i].utf8);
    CHECK(style.width == cases[i].width);
  }
}

TEST_CASE("a text of others cannot steer the terminal") {
  CHECK(Shown("a\x1b[2Jb\nc\x7f", kColoured) == "a?[2Jb?c?");
  CHECK(Shown("\xC2\x9B"
              "1m \xC2\xA0.",
              kColoured) == "?1m \xC2\xA0.");
  CHECK(Shown("cut \xE2\x94", kColoured) == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(Shown("gr\xC3\xBC\xC3\x9F", kColoured) == "gr\xC3\xBC\xC3\x9F");
  CHECK(Shown("gr\xC3\xBC\xC3\x9F", {}) == "gr??");
}

TEST_CASE("a character is one column wide, however many bytes it has") {
  CHECK(WidthOf("") == 0);
  CHECK(WidthOf("abc") == 3);
  CHECK(WidthOf("\xE2\x94\x94\xE2\x94\x80 x") == 4);
}

TEST_CASE("only a coloured text has escape sequences") {
  CHECK(Toned("x", Tone::kBad, {}) == "x");
  CHECK(Toned("x", Tone::kPlain, kColoured) == "x");
  CHECK(Toned("", Tone::kBad, kColoured).empty());
  for (const Tone tone : {Tone::kQuiet, Tone::kStrong, Tone::kGood, Tone::kUneasy, Tone::kBad}) {
    const std::string text = Toned("x", tone, kColoured);
    CHECK(text.starts_with("\x1b["));
    CHECK(text.ends_with("mx\x1b[0m"));
  }
}

const std::vector<GridColumn> kColumns{{.head = "NAME", .rank = kAlwaysKept},
                                       {.head = "MORE", .rank = 1},
                                       {.head = "SIZE", .right = true, .rank = 2},
                                       {.head = "NONE", .rank = 3},
                                       {.head = "STATE", .rank = kAlwaysKept}};
const std::vector<GridRow> kRows{
    {{"a head that is wider than all columns"}},
    {{"\xE2\x94\x94 a"}, {"some"}, {"1000000"}, {}, {"ok"}},
    {{"b"}, {}, {"7"}, {}, {"not well at all", Tone::kBad}},
    {{"c"}, {}, {}, {}, {}},
};

TEST_CASE("columns are aligned, empty ones are left out, and no line ends with spaces") {
  const Grid grid = PrintGrid(kColumns, kRows, {});
  CHECK(grid.text ==
        "NAME  MORE     SIZE  STATE\n"
        "a head that is wider than all columns\n"
        "\xE2\x94\x94 a   some  1000000  ok\n"
        "b                 7  not well at all\n"
        "c\n");
  CHECK(grid.left_out.empty());
}

TEST_CASE("colours do not move the columns") {
  const Grid grid = PrintGrid(kColumns, kRows, kColoured);
  CHECK(grid.text.contains("b                 7  \x1b[1;31mnot well at all\x1b[0m\n"));
}

TEST_CASE("what does not fit is cut or left out, the least important first") {
  CHECK(PrintGrid(kColumns, kRows, {.width = 36}).text == PrintGrid(kColumns, kRows, {}).text);
  const Grid cut = PrintGrid(kColumns, kRows, {.width = 34});
  CHECK(cut.text.contains("b                 7  not well a...\n"));
  CHECK(cut.left_out.empty());
  const Grid one = PrintGrid(kColumns, kRows, {.width = 32});
  CHECK(one.left_out == std::vector<std::string_view>{"MORE"});
  CHECK(one.text.contains("b           7  not well at all\n"));
  const Grid two = PrintGrid(kColumns, kRows, {.width = 20});
  CHECK(two.left_out == std::vector<std::string_view>{"MORE", "SIZE"});
  CHECK(two.text.contains("b     not well at...\n"));
  // What is always kept is printed, however narrow the terminal is.
  CHECK(PrintGrid(kColumns, kRows, {.width = 3}).text.contains("b     not well ...\n"));
}

}  // namespace
}  // namespace bowline
