#include "resp/error_reply.h"

namespace bowline {

Code CodeOfError(const Reply& reply) {
  const std::string_view word = reply.ErrorWord();
  for (const std::string_view busy : {"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}) {
    if (word == busy) return Code::kUnavailable;
  }
  for (const std::string_view denied : {"NOAUTH", "WRONGPASS", "NOPERM"}) {
    if (word == denied) return Code::kPermissionDenied;
  }
  if (word == "INPROG") return Code::kAborted;
  if (word == "NOGOODSLAVE") return Code::kUnavailable;
  return Code::kFailedPrecondition;
}

Result<Reply> UnlessError(std::string_view command, const std::string& peer, Reply reply) {
  if (!reply.IsError()) return reply;
  // The first word only: arguments of AUTH must never reach a log.
  return Fail(CodeOfError(reply), "{} to {}: {}", command, peer, reply.text);
}

}  // namespace bowline
