#pragma once
// Text for people: columns that are aligned, colours, and only characters that the reader's
// terminal can show. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

/// What is known of the place that a text is written to.
struct OutputFacts {
  bool terminal = false;
  int columns = 0;       ///< of the terminal; 0: not known
  std::string term;      ///< TERM
  std::string no_color;  ///< NO_COLOR
  std::string locale;    ///< the first of LC_ALL, LC_CTYPE and LANG that is not empty
};

struct TextStyle {
  bool screen = false;  ///< a terminal that obeys escape sequences, so that it can be cleared
  bool colour = false;
  bool utf8 = false;  ///< else ASCII
  int width = 0;      ///< columns of the terminal; 0: a line may have any length
};

/// Colours only on a terminal, with no value of NO_COLOR (https://no-color.org), and not with
/// TERM=dumb.
TextStyle StyleOf(const OutputFacts& facts);

enum class Tone { kPlain, kQuiet, kStrong, kGood, kUneasy, kBad };

/// With the tone's colour, where there are colours.
std::string Toned(std::string_view text, Tone tone, const TextStyle& style);

/// The text without control characters, which a terminal would obey; without `utf8` in ASCII. What
/// is left out becomes "?".
std::string Shown(std::string_view text, const TextStyle& style);

/// How many columns a UTF-8 text takes, if each character takes one.
std::size_t WidthOf(std::string_view text);

struct GridColumn {
  std::string_view head;
  bool right = false;  ///< aligned
  /// Of columns that do not fit the width those with the lowest number are left out first;
  /// kAlwaysKept: it stays.
  int rank = 0;
};
inline constexpr int kAlwaysKept = 100;

struct GridCell {
  std::string text;
  Tone tone = Tone::kPlain;
};
/// A cell for each column; or one cell alone, which takes the whole line.
using GridRow = std::vector<GridCell>;

struct Grid {
  std::string text;
  std::vector<std::string_view> left_out;  ///< heads of the columns that do not fit
};

/// Two spaces between columns. A column without any text is left out. The last column is cut where
/// the width ends, with "...".
Grid PrintGrid(const std::vector<GridColumn>& columns, const std::vector<GridRow>& rows,
               const TextStyle& style);

}  // namespace bowline
