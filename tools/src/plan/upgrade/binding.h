#pragma once
// The Secret by which tools bind applications to this release. Pure. The layout is that of the
// Service Binding specification (servicebinding.io, "Well-known Secret Entries").

#include <map>
#include <string>

namespace bowline {

inline constexpr const char* kBindingType = "servicebinding.io/redis";

/// A Secret to be made beside that of the passwords.
struct ServiceBinding {
  std::string secret;                          ///< its name; empty: none is wanted
  std::map<std::string, std::string> entries;  ///< "type", "provider", "host", "port"
  bool tls = false;                            ///< at that port
};

/// All entries: those of the binding, and username, password and uri of the clients' account.
std::map<std::string, std::string> BindingEntries(const ServiceBinding& binding,
                                                  const std::string& password);

}  // namespace bowline
