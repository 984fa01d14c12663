#include "apply/server.h"

#include <algorithm>
#include <functional>

#include "apply/engine_probe.h"
#include "apply/fence.h"
#include "apply/handover.h"
#include "apply/last_steps.h"
#include "apply/monitor.h"
#include "apply/supervisor.h"
#include "apply/volume_io.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kTakeOverTimeout{4000};
constexpr Milliseconds kDnsTimeout{500};
constexpr Milliseconds kEngineTimeout{300};

Status WriteEngineConf(const Settings& settings, const Paths& paths, const EngineSecrets& secrets,
                       const GuardOutcome& start) {
  ASSIGN_OR_RETURN(const std::string directives, LoadEngineDirectives(paths));
  ASSIGN_OR_RETURN(const std::string text,
                   RenderEngineConf({.settings = settings,
                                     .secrets = secrets,
                                     .identity = start.volume.state.identity,
                                     .announced = start.announced,
                                     .follow = start.follow,
                                     .passive = start.passive,
                                     .user_directives = directives,
                                     .data_directory = paths.data}));
  return WriteFileAtomic(paths.run / "engine.conf", text, 0600);
}

class Server : public Supervisor {
 public:
  Server(const Settings& settings, const Paths& paths, MemberName self,
         const EngineSecrets& secrets, const PodEnv& pod, EngineProbe& probe)
      : Supervisor(settings, paths, self, secrets, pod, probe) {}

 protected:
  Result<std::vector<std::string>> Arguments(const GuardOutcome& start) override {
    RETURN_IF_ERROR(WriteEngineConf(settings_, paths_, secrets_, start));
    return std::vector<std::string>{settings_.EngineProgram(), paths_.run / "engine.conf"};
  }

  int Watched(GuardOutcome start, pid_t child) override {
    board_.SetAddresses(start.addresses);
    const Fence fence(settings_, self_, secrets_, identity_, board_, events_, peers_);
    marks_.emplace(paths_.data);
    const Monitor monitor(settings_, paths_, self_, secrets_, std::move(start), pod_, board_,
                          *marks_, events_, conditions_, peers_);
    return Supervise(child);
  }

  void BeforeStop() override {
    if (board_.LastAnswer().info.primary) GiveLeadAway();
    const Status noted = AtEngine(
        [&](RespClient& engine, Deadline deadline) { return NoteEnd(engine, *marks_, deadline); });
    if (!noted) LogInfo("no last mark", {{"err", noted.error().ToString()}});
  }

  /// The primary is dead this very moment: its best replica takes over instead of waiting for the
  /// time-outs.
  void AfterDeath() override {
    if (!board_.LastAnswer().info.primary) return;
    const Declared now = DeclaredNow();
    const Cards cards = GatherCards(peers_.Channel(), now.settings, now.addresses, &self_,
                                    Deadline::In(Milliseconds(500)));
    const auto leaders = PrimariesOf(now.settings.layout, cards, self_.shard);
    if (!leaders.empty()) {
      LogInfo("another member leads already", {{"primary", leaders.front().ToString()}});
      return;
    }
    const auto candidate = BestCandidate(now.settings.layout, cards, self_.shard, self_, false);
    if (!candidate) {
      LogWarning("no replica can take over now; the engines' own election decides");
      return;
    }
    const Status taken =
        TakeOverDead(Context(now), candidate->member, false, Deadline::In(kTakeOverTimeout));
    if (taken) {
      const std::string text =
          std::format("the primary's engine died; a replica leads now (best: {}, {})",
                      candidate->member.ToString(), candidate->reason);
      events_.Emit("HandedOver", text);
      conditions_.Role(false, "HandedOver", text);
    } else {
      LogWarning("the take-over failed", {{"err", taken.error().ToString()}});
    }
  }

 private:
  void GiveLeadAway() {
    const Status kept = AtEngine(&WriteThrough);
    if (!kept) LogWarning("cannot set appendfsync", {{"err", kept.error().ToString()}});
    // The hook was killed in the middle: the other one may lead, and writes are paused here.
    const auto note = LoadHandoverNote(paths_.data);
    if (note && note->term > board_.Last().term) {
      LogWarning("a handover was cut off", {{"to", note->to.ToString()}});
      return;
    }
    const Milliseconds budget{std::max(settings_.grace_seconds - 10, 5) * 1000};
    const Declared now = DeclaredNow();
    const auto result = HandOverPlanned(Context(now), Deadline::In(budget));
    if (!result) LogWarning("no handover before the stop", {{"err", result.error().ToString()}});
  }

  /// `step` with a connection to the own engine.
  Status AtEngine(const std::function<Status(RespClient&, Deadline)>& step) {
    const Deadline deadline = Deadline::In(kEngineTimeout);
    ASSIGN_OR_RETURN(RespClient engine, RespClient::Connect("127.0.0.1", settings_.ports.client,
                                                            LoginOf(secrets_), deadline));
    return step(engine, deadline);
  }

  struct Declared {
    Settings settings;
    AddressBook addresses;
  };

  /// What holds by now: since our start `helm upgrade` may have changed the number of members, and
  /// recreated Services have new addresses.
  [[nodiscard]] Declared DeclaredNow() {
    Declared now{.settings = settings_, .addresses = board_.Addresses()};
    const auto read = LoadSettings(paths_.config);
    if (!read || read->layout.Members() == settings_.layout.Members()) return now;
    now.settings.layout = read->layout;
    const AddressAnswers found = ResolveMembers(now.settings, Deadline::In(kDnsTimeout));
    for (const auto& [member, endpoint] : found.book) now.addresses[member] = endpoint;
    return now;
  }

  [[nodiscard]] HandoverContext Context(const Declared& now) const {
    return {.settings = now.settings,
            .addresses = now.addresses,
            .secrets = secrets_,
            .identity = identity_,
            .self = self_,
            .self_ip = "127.0.0.1",
            .volume = paths_.data};
  }

  std::optional<MarkKeeper> marks_;  ///< of the engine's present life
};

}  // namespace

Result<int> RunServer(const Settings& settings, const Paths& paths, const PodEnv& pod,
                      const std::vector<std::string>& engine_arguments) {
  ASSIGN_OR_RETURN(const MemberName self, DeclaredMember(settings, pod));
  ASSIGN_OR_RETURN(const EngineSecrets secrets, LoadSecrets(settings));
  if (self.kind == MemberKind::kSentinel) {
    return Fail(Code::kFailedPrecondition, "{} is a sentinel: use run sentinel", pod.name);
  }
  EngineProbe probe("127.0.0.1", settings.ports.client, LoginOf(secrets), settings.layout.mode);
  Server server(settings, paths, self, secrets, pod, probe);
  return server.Run(engine_arguments);
}

}  // namespace bowline
