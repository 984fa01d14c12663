#pragma once
// Threads of a program whose end would end a database: no exception leaves one of them, and one
// that cannot be started (a limit of processes, no memory) is tried again for a while.

#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace bowline {

/// The calling thread's name, for /proc/PID/task/*/comm; the kernel keeps 15 characters of it.
void NameThread(const std::string& name);

/// `body(stop)` on a new thread of that name. Whatever it throws is logged, and a second later it
/// runs again, as long as no stop is requested. Tries to start the thread for up to 20 s; then
/// throws std::system_error.
std::jthread StartThread(std::string what, std::function<void(const std::stop_token&)> body);

/// `body()` now; what it throws is logged. False when it has thrown.
bool Caught(const char* what, const std::function<void()>& body) noexcept;

}  // namespace bowline
