#include "plan/common/text_grid.h"

#include <algorithm>

#include "base/utf8.h"

namespace bowline {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastLast = 12;  // of the last column, before others are left out for it
constexpr std::string_view kCut = "...";

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// As escape sequence (ECMA-48, SGR).
std::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kQuiet:
      return "\x1b[2m";
    case Tone::kStrong:
      return "\x1b[1m";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kUneasy:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[1;31m";
  }
  return "";
}

/// The first `width` columns of it.
std::string_view FirstColumns(std::string_view text, std::size_t width) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (width == 0) return text.substr(0, i);
    --width;
  }
  return text;
}

std::string Cut(const std::string& text, std::size_t width) {
  if (WidthOf(text) <= width) return text;
  if (width <= kCut.size()) return std::string(FirstColumns(text, width));
  return std::string(FirstColumns(text, width - kCut.size())) + std::string(kCut);
}

/// Which columns are printed, and how wide they are.
class Fitted {
 public:
  Fitted(const std::vector<GridColumn>& columns, const std::vector<GridRow>& rows)
      : columns_(columns), widths_(columns.size()) {
    for (const GridRow& row : rows) {
      if (row.size() != columns.size()) continue;
      for (std::size_t i = 0; i < row.size(); ++i) {
        widths_[i] = std::max(widths_[i], WidthOf(row[i].text));
      }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (widths_[i] > 0) kept_.push_back(i);
      widths_[i] = std::max(widths_[i], columns[i].head.size());
    }
  }

  /// Leaves columns out until the others fit.
  std::vector<std::string_view> Fit(std::size_t width) {
    std::vector<std::string_view> left_out;
    while (kept_.size() > 1 && Before() + std::min(widths_[kept_.back()], kLeastLast) > width) {
      const auto least = std::ranges::min_element(
          kept_, {}, [&](std::size_t column) { return columns_[column].rank; });
      if (columns_[*least].rank == kAlwaysKept) break;
      left_out.push_back(columns_[*least].head);
      kept_.erase(least);
    }
    if (!kept_.empty()) {
      const std::size_t room = width > Before() ? width - Before() : 0;
      widths_[kept_.back()] = std::min(widths_[kept_.back()], std::max(room, kLeastLast));
    }
    return left_out;
  }

  std::string Line(const GridRow& row, const TextStyle& style) const {
    std::string line;
    std::size_t owed = 0;  // spaces that stand before the next text, if there is one
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      const std::size_t column = kept_[i];
      const bool last = i + 1 == kept_.size();
      const std::string text = last ? Cut(row[column].text, widths_[column]) : row[column].text;
      const std::size_t pad = widths_[column] - std::min(widths_[column], WidthOf(text));
      if (columns_[column].right) owed += pad;
      if (!text.empty()) {
        line += std::string(owed, ' ') + Toned(text, row[column].tone, style);
        owed = 0;
      }
      owed += kGap + (columns_[column].right ? 0 : pad);
    }
    return line + "\n";
  }

 private:
  /// The columns that are taken before the last one begins.
  [[nodiscard]] std::size_t Before() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i + 1 < kept_.size(); ++i) sum += widths_[kept_[i]] + kGap;
    return sum;
  }

  const std::vector<GridColumn>& columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> kept_;
};

bool SaysUtf8(std::string locale) {
  std::ranges::transform(locale, locale.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return locale.contains("utf-8") || locale.contains("utf8");
}

}  // namespace

TextStyle StyleOf(const OutputFacts& facts) {
  const bool screen = facts.terminal && facts.term != "dumb";
  return {.screen = screen,
          .colour = screen && facts.no_color.empty(),
          .utf8 = SaysUtf8(facts.locale),
          .width = facts.terminal ? facts.columns : 0};
}

std::string Toned(std::string_view text, Tone tone, const TextStyle& style) {
  if (!style.colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  return std::string(CodeOf(tone)) + std::string(text) + "\x1b[0m";
}

std::string Shown(std::string_view text, const TextStyle& style) {
  const std::string whole = ToUtf8(text);
  std::string shown;
  for (std::size_t i = 0; i < whole.size();) {
    std::size_t size = 1;
    while (i + size < whole.size() && !StartsCharacter(whole[i + size])) ++size;
    const std::string_view character(whole.data() + i, size);
    const auto first = static_cast<unsigned char>(character.front());
    // U+0080 to U+009F are control characters, too.
    const bool control = first < 0x20 || first == 0x7F ||
                         (first == 0xC2 && static_cast<unsigned char>(character.back()) < 0xA0);
    const bool foreign = size > 1 && !style.utf8;
    shown += control || foreign ? std::string_view("?") : character;
    i += size;
  }
  return shown;
}

std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, StartsCharacter));
}

Grid PrintGrid(const std::vector<GridColumn>& columns, const std::vector<GridRow>& rows,
               const TextStyle& style) {
  Fitted fitted(columns, rows);
  Grid grid;
  if (style.width > 0) grid.left_out = fitted.Fit(static_cast<std::size_t>(style.width));
  GridRow heads;
  for (const GridColumn& column : columns) {
    heads.push_back({.text = std::string(column.head), .tone = Tone::kQuiet});
  }
  grid.text = fitted.Line(heads, style);
  for (const GridRow& row : rows) {
    grid.text += row.size() == columns.size()
                     ? fitted.Line(row, style)
                     : Toned(row.front().text, row.front().tone, style) + "\n";
  }
  return grid;
}

}  // namespace bowline
