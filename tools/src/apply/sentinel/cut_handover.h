#pragma once
// Sentinel mode: a handover whose program was killed after it had noted the other one, and before
// that one led. This primary's writes are paused then, it asks for no replicas, and the note says
// that the other one has the later data: nothing that is written here may count until the note is
// gone.

#include <chrono>
#include <filesystem>
#include <optional>

#include "apply/common/events.h"
#include "apply/common/login_source.h"
#include "plan/common/volume.h"
#include "resp/client.h"

namespace bowline {

class CutHandover {
 public:
  /// `data`: the volume with the note; the engine is asked at 127.0.0.1.
  CutHandover(std::filesystem::path data, int port, LoginSource login, EventSink& events)
      : data_(std::move(data)), port_(port), login_(std::move(login)), events_(events) {}

  /// At each look. `leads`: the engine runs as primary, and a majority of the sentinels, which run,
  /// names this member; in which epoch. When that has been so for longer than any handover takes,
  /// nothing has come of it: the note goes, then the engine is as before.
  void Look(bool leads, std::uint64_t epoch, Milliseconds patience = Milliseconds(8000));

 private:
  Status Settle(const HandoverNote& note);

  std::filesystem::path data_;
  int port_;
  LoginSource login_;
  EventSink& events_;
  std::optional<std::chrono::steady_clock::time_point> since_;
};

}  // namespace bowline
