#include "resp/fields.h"

namespace bowline {

SentinelFields ToFields(const Reply& reply) {
  SentinelFields fields;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    fields.insert_or_assign(reply.items[i].text, reply.items[i + 1].text);
  }
  return fields;
}

}  // namespace bowline
