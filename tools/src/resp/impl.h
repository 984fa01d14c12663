#pragma once
// What is behind a RespClient; private to this layer.

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resp/client.h"

namespace bowline {

struct RespClient::Impl {
  struct Free {
    void operator()(redisContext* of) const { redisFree(of); }
  };
  std::unique_ptr<redisContext, Free> context;
  std::string peer;
  bool broken = false;  ///< a reply may still come that answers an earlier command

  [[nodiscard]] std::unexpected<Error> Broken(std::string_view what, Deadline deadline) const;
};

Reply CopyReply(const redisReply& from);

/// To the bytes that the next write sends. REDIS_OK, or REDIS_ERR with the reason in the context.
int AppendCommand(redisContext& context, const std::vector<std::string>& words);

}  // namespace bowline
