#pragma once
// Where those who keep a connection for long ask for the password when they make a new one.

#include <functional>
#include <utility>

#include "resp/client.h"

namespace bowline {

/// How to log in, asked for at each new connection.
class LoginSource {
 public:
  LoginSource() = default;  ///< without a password
  explicit LoginSource(std::function<Credentials()> ask) : ask_(std::move(ask)) {}
  Credentials operator()() const { return ask_ ? ask_() : Credentials{}; }

 private:
  std::function<Credentials()> ask_;
};

}  // namespace bowline
