#include "apply/common/configuration.h"

#include <utility>

namespace bowline {

Configuration::Configuration(const LiveSettings& settings, LiveState& live,
                             PodConditions& conditions, bool has_directives)
    : settings_(settings),
      live_(live),
      conditions_(conditions),
      has_directives_(has_directives),
      looked_(!has_directives) {}

void Configuration::SetDirectives(const std::string& revision, std::vector<SettingChange> waiting,
                                  std::string refused) {
  const std::scoped_lock lock(mutex_);
  state_.directives_revision = revision;
  state_.directives_waiting = std::move(waiting);
  state_.refused = std::move(refused);
  looked_ = true;
}

void Configuration::SetUsersRefused(std::string refused) {
  const std::scoped_lock lock(mutex_);
  state_.users_refused = std::move(refused);
}

void Configuration::Look() {
  const std::scoped_lock lock(mutex_);
  if (!looked_) return;
  state_.revision = settings_.Declared()->revision;
  state_.error = settings_.Error();
  state_.waiting = settings_.Waiting();
  state_.passwords_pending = !settings_.SecretsInUse();
  if (!has_directives_) state_.directives_revision = state_.revision;
  const ConfiguredVerdict verdict = JudgeConfiguration(state_);
  if (told_ == verdict) return;
  live_.SetConfigured(verdict);
  conditions_.Configured(verdict);
  told_ = verdict;
}

}  // namespace bowline
