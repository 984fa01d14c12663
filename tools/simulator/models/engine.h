#pragma once
// A model of valkey-server and redis-server in cluster mode: roles, replication by id and offset,
// the bus with its votes and epochs, append-only files. References are to cluster_legacy.c and
// replication.c of valkey 8.1. What it leaves out: slots that move, keys that expire, memory.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/nodes_conf.h"
#include "resp/reply.h"
#include "simulator/models/bus.h"
#include "simulator/models/dataset.h"
#include "simulator/models/replication.h"

namespace bowline::simulator {

class World;
struct Pod;

/// What a client hears of its write.
struct WriteAnswer {
  enum class Kind { kOk, kMoved, kRefused };
  Kind kind = Kind::kRefused;
  std::string moved_to;  ///< an address
};

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  /// Reads the engine's configuration, nodes.conf and the dataset of the pod's volume.
  Engine(World& world, Pod& pod, const std::string& conf_file);

  /// After the constructor: loads, then runs.
  void Begin();
  [[nodiscard]] bool runs() const { return !ended_; }
  [[nodiscard]] bool loading() const { return loading_; }
  [[nodiscard]] Machine machine() const;
  [[nodiscard]] World& world() const { return world_; }
  [[nodiscard]] const Pod& pod() const { return pod_; }
  /// The process is gone; its kernel closes its connections.
  void Die();
  /// So is its machine: nobody is told, and what is not on the disk is lost.
  void LosePower();
  /// SIGTERM: waits for its replicas, then calls `ended`.
  void ShutDown(std::function<void()> ended);

  /// One command of bowline.
  Reply Command(const std::vector<std::string>& words);
  /// A connection of a client, whose end is told when the engine dies.
  void Opened(const std::shared_ptr<Stream>& stream, std::function<void()> lost);
  /// A client's write. `answer` is called at once or when a pause ends.
  void Write(std::uint32_t id, std::function<void(WriteAnswer)> answer);

  [[nodiscard]] bool primary() const { return bus_.Me().role == NodeRole::kPrimary; }
  Bus& bus() { return bus_; }
  Replication& replication() { return replication_; }
  Dataset& dataset() { return dataset_; }

  // Of the parts.
  /// Its role by the bus has changed: replication follows.
  void RoleChanged();
  void SaveConf();
  [[nodiscard]] bool WritesPaused() const;
  /// By a manual failover, until then; 0: ended.
  void PauseForFailover(Micros until);
  [[nodiscard]] const std::string& Config(const std::string& name) const;

 private:
  struct Waiting {
    std::uint32_t id = 0;
    std::function<void(WriteAnswer)> answer;
  };
  struct Guest {
    std::shared_ptr<Stream> stream;
    std::function<void()> lost;
  };
  void Cron();
  void Resume();
  void End();
  [[nodiscard]] std::string Info() const;
  [[nodiscard]] std::string ClusterInfo() const;
  Reply Cluster(const std::vector<std::string>& words);
  Reply ClientCommand(const std::vector<std::string>& words);
  Reply ConfigCommand(const std::vector<std::string>& words);

  World& world_;
  Pod& pod_;
  std::map<std::string, std::string> config_;
  Dataset dataset_;
  Bus bus_;
  Replication replication_;
  int ticks_ = 0;
  bool loading_ = true;
  bool ended_ = false;
  Micros client_pause_ = 0;
  Micros failover_pause_ = 0;
  std::vector<Waiting> waiting_;
  std::vector<Guest> guests_;
  std::function<void()> shutting_down_;
  Micros shutdown_until_ = 0;
};

}  // namespace bowline::simulator
