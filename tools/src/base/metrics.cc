#include "base/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/utf8.h"

namespace bowline {
namespace {

constexpr std::size_t kLongestLabel = 256;
/// Up to it a double holds each whole number.
constexpr double kWhole = 9'007'199'254'740'992;

void AppendNumber(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    std::array<char, 32> digits;
    char* const last = digits.data() + digits.size();
    // Nearly all samples are whole numbers, and integers are printed several times as fast.
    const auto end = std::abs(value) < kWhole && value == std::trunc(value)
                         ? std::to_chars(digits.data(), last, static_cast<std::int64_t>(value))
                         : std::to_chars(digits.data(), last, value);
    out.append(digits.data(), end.ptr);
  }
}

/// `quotes`: in a label's value.
void AppendEscaped(std::string& out, std::string_view text, bool quotes) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return c > 0x1F && c < 0x7F && c != '\\' && c != '"'; });
  if (plain) {
    out += text;
    return;
  }
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
  }
}

bool IsPlain(std::string_view text) {
  return text.size() <= kLongestLabel &&
         std::ranges::all_of(text, [](char c) { return c > 0x1F && c < 0x7F; });
}

void AppendValue(std::string& out, std::string_view value) {
  if (IsPlain(value)) return AppendEscaped(out, value, true);
  AppendEscaped(out, ToUtf8(value.substr(0, kLongestLabel)), true);
}

void AppendLabels(std::string& out, const MetricLabels& labels) {
  if (labels.empty()) return;
  char before = '{';
  for (const auto& [name, value] : labels) {
    out += before;
    out += name;
    out += "=\"";
    AppendValue(out, value);
    out += '"';
    before = ',';
  }
  out += '}';
}

}  // namespace

std::string_view MetricTypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kSummary:
      return "summary";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

MetricFamily& MetricSet::Family(std::string_view name, MetricType type, std::string_view help) {
  const auto known = families_.find(name);
  if (known != families_.end()) return known->second;
  return families_
      .emplace(std::string(name),
               MetricFamily{.type = type, .help = std::string(help), .samples = {}})
      .first->second;
}

void MetricSet::Add(std::string_view name, MetricType type, std::string_view help, double value,
                    MetricLabels labels) {
  Family(name, type, help)
      .samples.push_back({.suffix = "", .labels = std::move(labels), .value = value});
}

void MetricSet::AddOnce(std::string_view name, MetricType type, std::string_view help, double value,
                        MetricLabels labels) {
  MetricFamily& family = Family(name, type, help);
  if (std::ranges::contains(family.samples, labels, &MetricSample::labels)) return;
  family.samples.push_back({.suffix = "", .labels = std::move(labels), .value = value});
}

void MetricSet::AddDistribution(std::string_view name, MetricType type, std::string_view help,
                                const MetricDistribution& distribution,
                                const MetricLabels& labels) {
  MetricFamily& family = Family(name, type, help);
  const bool histogram = type == MetricType::kHistogram;
  const auto add = [&](const std::string& part, double value) {
    MetricLabels all = labels;
    all.emplace_back(histogram ? "le" : "quantile", part);
    family.samples.push_back(
        {.suffix = histogram ? "_bucket" : "", .labels = std::move(all), .value = value});
  };
  for (const auto& [part, value] : distribution.parts) add(part, value);
  if (histogram) add("+Inf", distribution.count);
  family.samples.push_back({.suffix = "_sum", .labels = labels, .value = distribution.sum});
  family.samples.push_back({.suffix = "_count", .labels = labels, .value = distribution.count});
}

std::string MetricSet::Print() const {
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP ";
    out += name;
    out += ' ';
    AppendEscaped(out, family.help, false);
    out += "\n# TYPE ";
    out += name;
    out += ' ';
    out += MetricTypeName(family.type);
    out += '\n';
    for (const MetricSample& sample : family.samples) {
      out += name;
      out += sample.suffix;
      AppendLabels(out, sample.labels);
      out += ' ';
      AppendNumber(out, sample.value);
      out += '\n';
    }
  }
  return out;
}

}  // namespace bowline
