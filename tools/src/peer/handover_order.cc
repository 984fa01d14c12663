#include "peer/handover_order.h"

#include "base/json.h"

namespace bowline {

std::string PrintHandoverOrder(const HandoverOrder& order) {
  JsonWriter json;
  json.BeginObject().Field("id", order.id).Field("by", order.by).Field("target", order.target);
  json.Field("stop", order.stop).Field("budgetMs", order.budget.count()).EndObject();
  return json.Take();
}

Result<HandoverOrder> ParseHandoverOrder(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  HandoverOrder order;
  ASSIGN_OR_RETURN(order.id, root.GetString("id"));
  ASSIGN_OR_RETURN(order.by, root.GetString("by"));
  ASSIGN_OR_RETURN(order.target, root.GetString("target"));
  ASSIGN_OR_RETURN(order.stop, root.GetBool("stop"));
  ASSIGN_OR_RETURN(const std::int64_t budget, root.GetInt("budgetMs"));
  order.budget = std::chrono::milliseconds(budget);
  if (order.id.empty() || budget <= 0) {
    return Fail(Code::kInvalidArgument, "a handover needs an id and a time");
  }
  return order;
}

std::string PrintHandoverState(const HandoverState& state) {
  JsonWriter json;
  json.BeginObject().Field("challenge", state.challenge).Field("refused", state.refused);
  if (state.running) {
    json.Key("running").BeginObject();
    json.Field("id", state.running->id).Field("by", state.running->by);
    json.Field("leftMs", state.running->left.count()).EndObject();
  }
  if (state.ended) {
    json.Key("ended").BeginObject().Field("id", state.ended->id);
    json.Field("result", state.ended->result).Field("why", state.ended->why).EndObject();
  }
  json.EndObject();
  return json.Take();
}

Result<HandoverState> ParseHandoverState(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  HandoverState state;
  ASSIGN_OR_RETURN(state.challenge, root.GetString("challenge"));
  ASSIGN_OR_RETURN(state.refused, root.GetString("refused"));
  if (root.Has("running")) {
    ASSIGN_OR_RETURN(const JsonView view, root.Get("running"));
    RunningHandover& running = state.running.emplace();
    ASSIGN_OR_RETURN(running.id, view.GetString("id"));
    ASSIGN_OR_RETURN(running.by, view.GetString("by"));
    ASSIGN_OR_RETURN(const std::int64_t left, view.GetInt("leftMs"));
    running.left = std::chrono::milliseconds(left);
  }
  if (root.Has("ended")) {
    ASSIGN_OR_RETURN(const JsonView view, root.Get("ended"));
    EndedHandover& ended = state.ended.emplace();
    ASSIGN_OR_RETURN(ended.id, view.GetString("id"));
    ASSIGN_OR_RETURN(ended.result, view.GetString("result"));
    ASSIGN_OR_RETURN(ended.why, view.GetString("why"));
  }
  return state;
}

}  // namespace bowline
