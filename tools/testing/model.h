#pragma once
// For tests only: files of testdata, names, addresses, and random clusters that are sound by
// construction.

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "model/layout.h"

namespace bowline::testing {

inline constexpr std::array kEngines = {"redis-7.0", "redis-8.0", "valkey-8.1", "valkey-9.1"};

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path.string());
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string ReadTestdata(const std::string& name) {
  return ReadFile(std::filesystem::path(BOWLINE_TESTDATA) / name);
}

/// Every nodes.conf in testdata: all were saved by real engines.
inline std::vector<std::string> SavedFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BOWLINE_TESTDATA)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("nodes") && name.ends_with(".conf"))
      files.push_back(ReadFile(entry.path()));
  }
  REQUIRE(files.size() >= std::size(kEngines));
  return files;
}

inline Identity TestIdentity() {
  return {.installation = "0123456789abcdef0123456789abcdef", .name_space = "ns", .release = "rel"};
}

constexpr MemberName ServerName(int ordinal) {
  return {.ordinal = ordinal, .kind = MemberKind::kServer};
}
constexpr MemberName SentinelName(int ordinal) {
  return {.ordinal = ordinal, .kind = MemberKind::kSentinel};
}

/// The text with its first `from` made `to`.
inline std::string Replace(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline AddressBook Addresses(const Layout& layout, const std::string& prefix = "10.96.") {
  AddressBook book;
  int number = 0;
  for (const MemberName member : layout.Members()) {
    ++number;
    book[member] = {
        .ip = prefix + std::to_string(number / 250) + "." + std::to_string(number % 250),
        .port = 6379,
        .bus_port = 16379};
  }
  return book;
}

inline NodesConf MustSeed(const Layout& layout, MemberName self = {}) {
  auto conf = SeedNodesConf(layout, TestIdentity(), Addresses(layout), self);
  REQUIRE(conf);
  return *std::move(conf);
}

/// A cluster after an eventful life: roles moved, slots in pieces, flags, positions, host names.
class RandomCluster {
 public:
  explicit RandomCluster(unsigned seed) : random_(seed) {
    layout = {.shards = 1 + Below(8), .replicas_per_shard = Below(4)};
    conf = MustSeed(layout, AnyMember());
    Failovers();
    ScatterSlots();
    for (NodeLine& line : conf.lines) Disturb(line);
    conf.current_epoch = random_();
    conf.last_vote_epoch = random_();
    std::ranges::shuffle(conf.lines, random_);
  }

  Layout layout;
  NodesConf conf;

  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  NodeLine& AnyLine() { return conf.lines[static_cast<std::size_t>(Below(Size()))]; }
  /// Any line of that role other than `except`; nullptr when there is none.
  NodeLine* AnyLine(NodeRole role, const NodeLine* except = nullptr) {
    std::vector<NodeLine*> lines;
    for (NodeLine& line : conf.lines) {
      if (line.role == role && &line != except) lines.push_back(&line);
    }
    return lines.empty() ? nullptr
                         : lines[static_cast<std::size_t>(Below(static_cast<int>(lines.size())))];
  }

 private:
  [[nodiscard]] int Size() const { return static_cast<int>(conf.lines.size()); }
  MemberName AnyMember() {
    return {.shard = Below(layout.shards), .ordinal = Below(layout.replicas_per_shard + 1)};
  }

  void Failovers() {
    for (int i = 0; i < Below(10); ++i) {
      NodeLine* next = AnyLine(NodeRole::kReplica);
      if (next == nullptr) return;
      NodeLine* old = conf.Find(next->primary);
      next->slots.swap(old->slots);
      for (NodeLine& line : conf.lines) {
        if (line.primary == old->id) line.primary = next->id;
      }
      old->role = NodeRole::kReplica;
      old->primary = next->id;
      next->role = NodeRole::kPrimary;
      next->primary = NodeId();
      next->config_epoch = random_();
    }
  }

  void ScatterSlots() {
    if (Below(3) == 0) return;
    for (NodeLine& line : conf.lines) line.slots.clear();
    for (int slot = 0; slot < kSlotCount;) {
      const int last = std::min(kSlotCount - 1, slot + Below(1 + Below(4000)));
      AnyLine(NodeRole::kPrimary)->slots.push_back({slot, last});
      slot = last + 1;
    }
  }

  void Disturb(NodeLine& line) {
    line.fail = Below(5) == 0;
    line.maybe_fail = Below(5) == 0;
    line.nofailover = Below(9) == 0;
    line.connected = Below(5) != 0;
    line.ping_sent = static_cast<std::int64_t>(random_() >> 1U);
    line.pong_received = Below(2) == 0 ? 0 : 1795254084616;
    if (Below(4) == 0) line.hostname = "pod-" + std::to_string(Below(9)) + ".x_y.svc";
    if (Below(4) == 0) line.aux.insert(line.aux.begin(), {"tls-port", "0"});
    if (Below(6) == 0) line.aux.emplace_back("nodename", "");
    if (Below(5) == 0) line.endpoint.ip = "fd00::" + std::to_string(1 + Below(9));
    if (Below(8) == 0) {
      line.endpoint = {};
      line.noaddr = true;
    }
    if (line.myself && Below(2) == 0) {
      line.migrations.push_back("[" + std::to_string(Below(kSlotCount)) + "->-" +
                                AnyLine().id.str() + "]");
      line.migrations.push_back("[7-<-" + AnyLine().id.str() + "]");
    }
  }

  std::mt19937_64 random_;
};

}  // namespace bowline::testing
