#pragma once
// A process of bowline in its container, and the pod around it.

#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "model/layout.h"
#include "simulator/models/network.h"
#include "sys/child.h"
#include "sys/env.h"

namespace bowline::simulator {

class Engine;
class Listener;

/// Of one member; pods of it follow each other, on the same machine, with the same volume.
struct Pod {
  MemberName member;
  Machine machine = 0;
  std::string service_ip;
  std::filesystem::path folder;  ///< data, run
  PodEnv env;                    ///< with the present pod's uid
};

class Process : public Owner {
 public:
  explicit Process(Pod& in) : pod(in) {}

  /// TERM and such, as WaitForSignal of the process tells it.
  void Signal(int signal);

  Pod& pod;
  std::deque<int> signals;
  Fiber* waits = nullptr;  ///< for a signal
  std::map<int, Listener*> listeners;
  std::shared_ptr<Engine> engine;  ///< its child
  std::optional<ChildExit> ended;  ///< the child, and nobody has reaped it
};

/// The process whose fiber runs.
Process& Self();

}  // namespace bowline::simulator
