#include "simulator/models/dataset.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <format>
#include <fstream>
#include <iterator>
#include <utility>

#include "plan/common/dataset_files.h"
#include "simulator/core/time.h"

namespace bowline::simulator {
namespace {

namespace fs = std::filesystem;

// The header, and the opcode of a database; what follows is ours: numbers of writes.
constexpr std::string_view kBaseWithKeys = "REDIS0011\xfe";
const std::string kEmptyBase = "REDIS0011\xff" + std::string(8, '\0');

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteAll(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string CommandOf(std::uint32_t id) {
  const std::string number = std::to_string(id);
  return std::format("*2\r\n$3\r\nSET\r\n${}\r\n{}\r\n", number.size(), number);
}

/// The numbers in a text that has them as CommandOf writes them, or between blanks.
void ReadNumbers(std::string_view text, std::string_view before, std::vector<std::uint32_t>& to) {
  for (std::size_t at = text.find(before); at != std::string_view::npos;
       at = text.find(before, at)) {
    at += before.size();
    std::uint32_t id = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + text.size(), id);
    if (read.ec == std::errc()) to.push_back(id);
  }
}

}  // namespace

fs::path Dataset::File(const std::string& name) const { return data_ / kLogFolder / name; }

bool Dataset::Load() {
  if (!fs::exists(File(kManifestFile))) {
    Begin();
    return true;
  }
  const auto manifest = ParseManifest(ReadAll(File(kManifestFile)));
  if (!manifest) return false;
  for (const ManifestEntry& entry : *manifest) {
    if (entry.type == 'b') base_ = entry.name;
    if (entry.type == 'i') increment_ = entry.name;
    sequence_ = static_cast<int>(entry.sequence);
  }
  if (!base_.empty() && !fs::exists(File(base_))) return false;
  writes_.clear();
  if (!base_.empty()) ReadNumbers(ReadAll(File(base_)), " ", writes_);
  if (increment_.empty()) {  // a dump that has become the base
    increment_ = std::format("appendonly.aof.{}.incr.aof", sequence_);
    WriteAll(File(increment_), "");
    WriteManifest();
  }
  const std::string log = ReadAll(File(increment_));
  // "$N\r\n" before each number, after the command's name.
  std::vector<std::uint32_t> numbers;
  for (std::size_t at = log.find("SET\r\n$"); at != std::string::npos;
       at = log.find("SET\r\n$", at + 1)) {
    const std::size_t line = log.find("\r\n", at + 5);
    if (line != std::string::npos) ReadNumbers(log.substr(line, 14), "\r\n", numbers);
  }
  writes_.insert(writes_.end(), numbers.begin(), numbers.end());
  bytes_ = synced_ = static_cast<std::int64_t>(log.size());
  return true;
}

void Dataset::Begin() {
  fs::create_directories(data_ / kLogFolder);
  base_ = std::format("appendonly.aof.{}.base.rdb", sequence_);
  increment_ = std::format("appendonly.aof.{}.incr.aof", sequence_);
  std::string base = kEmptyBase;
  if (!writes_.empty()) {
    base = kBaseWithKeys;
    for (const std::uint32_t id : writes_) base += " " + std::to_string(id);
  }
  WriteAll(File(base_), base);
  WriteAll(File(increment_), "");
  WriteManifest();
  bytes_ = synced_ = 0;
}

void Dataset::WriteManifest() const {
  WriteAll(File(kManifestFile), std::format("file {} seq {} type b\nfile {} seq {} type i\n", base_,
                                            sequence_, increment_, sequence_));
}

void Dataset::Append(std::uint32_t id) {
  writes_.push_back(id);
  const std::string command = CommandOf(id);
  std::ofstream(File(increment_), std::ios::binary | std::ios::app) << command;
  bytes_ += static_cast<std::int64_t>(command.size());
  written_ = Wall(*Running());
}

void Dataset::Replace(std::vector<std::uint32_t> writes) {
  const std::string old_base = std::exchange(base_, "");
  const std::string old_increment = std::exchange(increment_, "");
  writes_ = std::move(writes);
  ++sequence_;
  Begin();
  written_ = Wall(*Running());
  for (const std::string& name : {old_base, old_increment}) {
    std::error_code ignored;
    if (!name.empty()) fs::remove(File(name), ignored);
  }
}

void Dataset::Close() const {
  if (written_ == 0) return;
  timespec time{};
  time.tv_sec = written_ / kSecond;
  const timespec both[2] = {time, time};
  for (const std::string& name : {base_, increment_}) {
    (void)::utimensat(AT_FDCWD, File(name).c_str(), &both[0], 0);
  }
}

void Dataset::LoseUnsynced() {
  std::error_code ignored;
  fs::resize_file(File(increment_), static_cast<std::uintmax_t>(synced_), ignored);
  Close();
}

}  // namespace bowline::simulator
