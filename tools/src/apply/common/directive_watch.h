#pragma once
// The engine's directives in the mounted file are followed while the engine runs: what a running
// engine changes is set by one CONFIG SET, the rest waits for its next start
// (plan/common/directive_change.h, docs/decisions/0038-live-configuration.md).

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "apply/common/configuration.h"
#include "apply/common/events.h"
#include "apply/common/peers.h"
#include "plan/common/directive_change.h"
#include "resp/client.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"

namespace bowline {

/// Of one life of the engine. Events: SettingsChanged, and SettingsRefused with the engine's words.
class DirectiveWatch {
 public:
  /// How the engine was started.
  struct Start {
    std::string directives;              ///< the user's, in its file
    std::vector<std::string> arguments;  ///< behind the file
  };
  /// The lane must be the one of the handovers: these set directives for a while, and no value is
  /// to be set meanwhile.
  DirectiveWatch(Lane& lane, const LiveSettings& settings, MemberName self, const Start& start,
                 Configuration& configuration, LiveState& live, EventSink& events, Peers& peers);
  DirectiveWatch(const DirectiveWatch&) = delete;
  DirectiveWatch& operator=(const DirectiveWatch&) = delete;

  /// The user's directives that the engine works by. For steps of the same lane.
  [[nodiscard]] Directives InUse() const;

 private:
  struct Mounted {
    std::string revision;
    std::string text;
  };
  /// Of one ConfigMap; nothing: the files are just being exchanged, or cannot be read.
  [[nodiscard]] std::optional<Mounted> ReadMounted() const;
  void Look();
  /// Follows another text than before. False: it is to be tried again soon.
  bool Follow(const std::string& text, const std::string& revision);
  /// kUnavailable: the first member has not tried this revision yet; kFailedPrecondition: its
  /// engine refuses it.
  Status AskFirst(const std::string& revision);
  /// Sets what can be set, and says which changes hold now. An error: nothing was set, and it is to
  /// be tried again; kFailedPrecondition: the engine refuses it.
  Result<DirectivePlan> Apply(const Directives& declared, const std::string& revision);
  Status Set(const DirectivePlan& plan);
  void TellRefused(const std::string& text, const std::string& words);

  const LiveSettings& settings_;
  MemberName self_;
  Configuration& configuration_;
  LiveState& live_;
  EventSink& events_;
  Peers& peers_;
  const Directives given_;  ///< as arguments: they win at each start
  Directives in_use_;       ///< of the file
  std::string text_;        ///< that was followed last
  std::string seen_;        ///< the last one that was not followed yet
  std::chrono::steady_clock::time_point seen_at_;
  std::set<std::string> immutable_;     ///< by the engine's own word
  std::vector<SettingChange> waiting_;  ///< for the engine's next start
  std::string refused_;                 ///< the engine's words; empty: nothing
  std::string refused_text_;            ///< to this text
  std::chrono::steady_clock::time_point refused_at_;
  std::optional<Step> step_;
};

}  // namespace bowline
