#include "apply/common/handovers.h"

#include <algorithm>
#include <utility>

#include "base/timing.h"
#include "sys/log.h"
#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{30};
// An order of somebody who is gone must not keep others out for long.
constexpr Milliseconds kLongest{10 * 60 * 1000};
// Askers look for theirs several times a second.
constexpr std::size_t kEndsKept = 64;

}  // namespace

Handovers::~Handovers() { End(); }

void Handovers::Open(Work work) {
  End();
  const std::scoped_lock lock(mutex_);
  work_ = std::move(work);
  open_ = true;
  challenge_ = RandomHex();
  hook_asked_.reset();
  settled_at_.reset();
  step_.emplace(lane_, "handovers", [this] {
    RunOrdered();
    return kUntilWoken;
  });
}

bool Handovers::Close(Deadline deadline) {
  std::unique_lock lock(mutex_);
  open_ = false;
  changed_.notify_all();
  return changed_.wait_for(lock, deadline.Left(), [this] { return !running_; });
}

void Handovers::End() {
  {
    const std::scoped_lock lock(mutex_);
    open_ = false;
    changed_.notify_all();
  }
  step_.reset();
  const std::scoped_lock lock(mutex_);
  if (!running_) return;  // else it has not begun
  ended_.push_front({.id = running_->order.id,
                     .end = {.result = HandoverResult::kFailed, .why = "the engine has ended"}});
  running_.reset();
  changed_.notify_all();
}

void Handovers::Begin(HandoverOrder order, Deadline deadline, std::string_view kind) {
  LogInfo("a handover begins", {{"by", order.by}, {"withinMs", deadline.Left().count()}});
  if (order.stop) hook_asked_ = std::chrono::steady_clock::now();
  running_ = Current{.order = std::move(order),
                     .deadline = deadline,
                     .kind = kind,
                     .began = std::chrono::steady_clock::now()};
  challenge_ = RandomHex();
  step_->Wake();
}

void Handovers::RunOrdered() {
  std::unique_lock lock(mutex_);
  if (!running_) return;
  const Current current = *running_;
  const Work& work = work_;
  lock.unlock();
  HandoverEnd end{.result = HandoverResult::kFailed, .why = "the program has failed"};
  try {
    end = work(current.order, current.deadline);
  } catch (const std::exception& error) {  // no handover may end the program
    end.why = std::format("the program has failed: {}", error.what());
  }
  if (end.result != HandoverResult::kNothingToDo) {
    CountHandover(current.kind, end.result == HandoverResult::kDone, current.began);
  }
  lock.lock();
  LogInfo("a handover has ended",
          {{"by", current.order.by}, {"how", HandoverResultName(end.result)}, {"why", end.why}});
  running_.reset();
  if (current.order.stop && end.result != HandoverResult::kFailed &&
      end.result != HandoverResult::kNothingToDo) {
    settled_at_ = std::chrono::steady_clock::now();
    settled_ = end.why;
  }
  ended_.push_front({.id = current.order.id, .end = std::move(end)});
  if (ended_.size() > kEndsKept) ended_.pop_back();
  changed_.notify_all();
}

HandoverState Handovers::State(const std::string& id) {
  HandoverState state{.challenge = challenge_,
                      .refused = open_ ? "" : "its engine does not run",
                      .running = std::nullopt,
                      .ended = std::nullopt};
  if (running_) {
    state.running = RunningHandover{
        .id = running_->order.id, .by = running_->order.by, .left = running_->deadline.Left()};
  }
  const auto own = std::ranges::find(ended_, id, &Ended::id);
  if (own != ended_.end()) {
    state.ended = EndedHandover{
        .id = id, .result = std::string(HandoverResultName(own->end.result)), .why = own->end.why};
  }
  return state;
}

std::string Handovers::Answer(const PeerOrder& message) {
  const auto order = ParseHandoverOrder(message.body);
  const std::scoped_lock lock(mutex_);
  if (order && open_ && !running_ && !message.challenge.empty() &&
      message.challenge == challenge_) {
    Begin(*order, Deadline::In(std::min<Milliseconds>(order->budget, kLongest)),
          order->stop ? kForStop : kForVerb);
  }
  return PrintHandoverState(State(order ? order->id : ""));
}

std::optional<HandoverEnd> Handovers::Wait(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!running_) return std::nullopt;
  const std::string id = running_->order.id;
  const std::string by = running_->order.by;
  LogInfo("waiting for the handover that runs", {{"by", by}});
  changed_.wait_for(lock, deadline.Left(), [&] { return !running_ || running_->order.id != id; });
  const auto own = std::ranges::find(ended_, id, &Ended::id);
  if (own != ended_.end()) return own->end;
  return HandoverEnd{.result = HandoverResult::kFailed,
                     .why = "the handover that was asked for by " + by + " has not ended in time"};
}

HandoverEnd Handovers::Run(HandoverOrder order, Deadline deadline, std::string_view kind) {
  order.id = RandomHex();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, deadline.Left(), [this] { return !running_ || !open_; });
    if (!open_) return {.result = HandoverResult::kFailed, .why = "the engine does not run"};
    if (running_) {
      return {.result = HandoverResult::kFailed,
              .why = "another handover runs, asked for by " + running_->order.by};
    }
    Begin(order, deadline, kind);
  }
  // A call that has begun may end a second after its deadline.
  const Deadline patience = Deadline::In(deadline.Left() + kOrderMessage);
  std::unique_lock lock(mutex_);
  const auto own = [&] { return std::ranges::find(ended_, order.id, &Ended::id); };
  changed_.wait_for(lock, patience.Left(), [&] { return own() != ended_.end(); });
  if (own() != ended_.end()) return own()->end;
  return {.result = HandoverResult::kFailed, .why = "it has not ended in time"};
}

bool Handovers::Running() {
  const std::scoped_lock lock(mutex_);
  return running_.has_value();
}

bool Handovers::IsOpen() {
  const std::scoped_lock lock(mutex_);
  return open_;
}

StopInput Handovers::ForStop(Milliseconds grace) {
  const std::scoped_lock lock(mutex_);
  StopInput input{.grace = grace,
                  .since_hook = std::nullopt,
                  .since_settled = std::nullopt,
                  .settled = settled_};
  if (hook_asked_) input.since_hook = Since(*hook_asked_);
  if (settled_at_) input.since_settled = Since(*settled_at_);
  return input;
}

namespace {

Result<HandoverState> Tell(const PeerChannel& channel, const PeerTarget& primary,
                           const std::string& challenge, const std::string& body,
                           Deadline deadline) {
  ASSIGN_OR_RETURN(const std::string answer, SendOrder(channel, primary, kHandoverPath, challenge,
                                                       body, deadline.Within(kOrderMessage)));
  return ParseHandoverState(answer);
}

}  // namespace

Result<HandoverEnd> AskForHandover(const PeerChannel& channel, const PeerTarget& primary,
                                   HandoverOrder order, bool wait, Deadline deadline) {
  order.id = RandomHex();
  const Deadline unheard = deadline.Within(kOrderUnheard);
  std::string challenge;  // empty: only the state of the order is asked for
  bool begun = false;
  while (true) {
    order.budget = std::max(deadline.Left(), Milliseconds(1));
    const auto state = Tell(channel, primary, challenge, PrintHandoverOrder(order), deadline);
    challenge.clear();
    if (!state) {
      if (begun ? deadline.Passed() : unheard.Passed()) {
        return FailWith(state, "the program of " + primary.member.ToString());
      }
    } else if (state->ended && state->ended->id == order.id) {
      ASSIGN_OR_RETURN(const HandoverResult result, ParseHandoverResult(state->ended->result));
      return HandoverEnd{.result = result, .why = state->ended->why};
    } else if (state->running && state->running->id == order.id) {
      begun = true;
    } else if (begun) {
      return Fail(Code::kAborted, "the program of {} has been started anew meanwhile",
                  primary.member.ToString());
    } else if (!state->refused.empty()) {
      return Fail(Code::kFailedPrecondition, "{} hands over nothing: {}", primary.member.ToString(),
                  state->refused);
    } else if (!state->running) {
      challenge = state->challenge;
      continue;
    } else if (!wait) {
      return Fail(Code::kAborted,
                  "a handover of {} runs already, asked for by {}; it ends within {} s: try again "
                  "then",
                  primary.member.ToString(), state->running->by,
                  state->running->left.count() / 1000 + 1);
    }
    if (!deadline.Sleep(kLook)) {
      return Fail(Code::kDeadlineExceeded, "the handover of {} has not ended in time",
                  primary.member.ToString());
    }
  }
}

}  // namespace bowline
