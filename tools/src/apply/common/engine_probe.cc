#include "apply/common/engine_probe.h"

#include "apply/common/context.h"
#include "base/timing.h"
#include "model/write_refusal.h"

namespace bowline {
Snapshots EngineProbe::Take(Deadline deadline) {
  const std::scoped_lock lock(mutex_);
  Snapshots taken = TakeLocked(deadline);
  if (taken.engine.replied || taken.engine.answers) return taken;
  taken.loop_turns = LoopTurns();
  if (taken.loop_turns) taken.engine.problem += "; its event loop runs: clients are paused";
  return taken;
}

bool EngineProbe::LoopTurns() const {
  const Deadline deadline = Deadline::In(kLoopCheck);
  Credentials stranger;  // a login waits in a pause
  stranger.tls = login_().tls;
  auto client = RespClient::Connect(ip_, port_, ToOwn(stranger), deadline);
  return client && client->Command({"BOWLINE"}, deadline);
}

void EngineProbe::AskRefusal(EngineSnapshot& snapshot, Deadline deadline) {
  const auto directives =
      client_->ConfigGet({kRefusalDirectives.begin(), kRefusalDirectives.end()}, deadline);
  if (directives) {
    snapshot.refusal = WhyWritesRefused(snapshot.info, *directives).value_or("");
  } else if (directives.error().code == Code::kDeadlineExceeded) {
    client_.reset();
  }
}

void EngineProbe::AskCluster(EngineSnapshot& snapshot, EngineTexts& texts, Deadline deadline) {
  auto cluster = client_->Ask({"CLUSTER", "INFO"}, deadline);
  if (cluster) {
    snapshot.cluster = ParseClusterInfo(cluster->text).value_or(ClusterInfo());
    texts.cluster = std::move(cluster->text);
  }
  auto view = client_->ClusterNodes(deadline);
  const bool late = (!cluster && cluster.error().code == Code::kDeadlineExceeded) ||
                    (!view && view.error().code == Code::kDeadlineExceeded);
  if (view) snapshot.view = NodesView(*view);
  if (late) client_.reset();
}

Snapshots EngineProbe::TakeLocked(Deadline deadline) {
  Snapshots taken;
  EngineSnapshot& snapshot = taken.engine;
  if (!client_) {
    auto client = RespClient::Connect(ip_, port_, login_(), deadline);
    if (!client) {
      snapshot.problem = client.error().message;
      // "-LOADING", "-BUSY" or "-NOAUTH" to AUTH is an answer of a living event loop.
      snapshot.replied = client.error().message.starts_with("logging in") &&
                         client.error().code != Code::kDeadlineExceeded;
      return taken;
    }
    client_ = *std::move(client);
  }
  auto reply = client_->Command({"INFO"}, deadline);
  if (!reply) {
    snapshot.problem = reply.error().message;
    client_.reset();
    return taken;
  }
  snapshot.replied = true;
  auto info = ParseEngineInfo(reply->text);
  if (reply->IsError() || !info) {
    snapshot.problem = reply->IsError() ? reply->text : info.error().message;
    return taken;
  }
  snapshot.info = *std::move(info);
  snapshot.answers = true;
  taken.works = ReadWorks(reply->text);
  // While it loads, redis answers these with -LOADING: the fields stay empty then. A late reply
  // would answer the next call, so after one the connection is given up.
  const auto keys = client_->DbSize(deadline);
  if (keys) snapshot.keys = *keys;
  if (!keys && keys.error().code == Code::kDeadlineExceeded) client_.reset();
  if (client_ && MayRefuseWrites(snapshot.info)) AskRefusal(snapshot, deadline);
  auto texts =
      std::make_shared<EngineTexts>(EngineTexts{.info = std::move(reply->text), .cluster = ""});
  if (client_ && cluster_) AskCluster(snapshot, *texts, deadline);
  const std::scoped_lock lock(texts_mutex_);
  texts_ = std::move(texts);
  return taken;
}

std::shared_ptr<const EngineTexts> EngineProbe::Texts() const {
  const std::scoped_lock lock(texts_mutex_);
  return texts_;
}

}  // namespace bowline
