// The kernel's answers about TCP connections.

#include "fuzz/target.h"
#include "sys/diag_messages.h"

void bowline::fuzz::Try(std::string_view input) {
  std::vector<TcpLink> links;
  (void)ReadDiagMessages(input, links);
}
