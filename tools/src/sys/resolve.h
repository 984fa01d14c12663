#pragma once
// Names of Services to addresses, by DNS, with a deadline and without a thread: getaddrinfo has no
// deadline, and a DNS that does not answer blocks it for some 10 s. Why not a library:
// docs/decisions/0035-few-threads.md.

#include <string>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

using Addresses = Result<std::vector<std::string>>;

/// IP literals of each of `hosts`, in their order, asked for at once, on the caller's thread. A
/// name is taken as absolute; only the name servers of `resolv_conf` are asked, each 500 ms another
/// one and by another socket, so that one of several that is dead delays no name for longer.
/// `like`: an address; only those of its family are asked for, which is one query and not two, and
/// the others when there are none. kNotFound: the name does not exist; kUnavailable: DNS failed;
/// kDeadlineExceeded: no answer in time.
std::vector<Addresses> ResolveAll(const std::vector<std::string>& hosts, Deadline deadline,
                                  const std::string& like = "",
                                  const std::string& resolv_conf = "/etc/resolv.conf");

/// Of one.
Addresses Resolve(const std::string& host, Deadline deadline, const std::string& like = "",
                  const std::string& resolv_conf = "/etc/resolv.conf");

}  // namespace bowline
