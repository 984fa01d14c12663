#include "apply/common/volume_writes.h"

#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/timing.h"
#include "sys/files.h"
#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr const char* kFile = "bowline-write-test";
constexpr std::size_t kBytes = 64U << 10U;

}  // namespace

VolumeWrites::VolumeWrites(std::filesystem::path data) { shared_->file = std::move(data) / kFile; }

VolumeWrites::~VolumeWrites() { Want(false); }

void VolumeWrites::Run(Shared& shared) {
  const std::string content(kBytes, 'x');
  bool told = false;
  std::unique_lock lock(shared.mutex);
  while (shared.wanted) {
    lock.unlock();
    const Milliseconds begun = Since({});
    const Status written = WriteFileAtomic(shared.file, content);
    if (!written && !told) {
      LogWarning("the volume takes no test write", {{"err", written.error().ToString()}});
    }
    told = !written;
    lock.lock();
    if (written) shared.written = begun;
    shared.changed.wait_for(lock, kWriteTest, [&] { return !shared.wanted; });
  }
  shared.running = false;
}

void VolumeWrites::Want(bool wanted) {
  const std::scoped_lock lock(shared_->mutex);
  shared_->wanted = wanted;
  shared_->changed.notify_all();
  if (!wanted || shared_->running) return;
  shared_->running = true;
  try {
    std::thread([shared = shared_] {
      NameThread("disk");
      while (!Caught("disk", [&] { Run(*shared); })) std::this_thread::sleep_for(kWriteTest);
    }).detach();
  } catch (const std::system_error& error) {
    shared_->running = false;
    LogWarning("the volume is not tested", {{"err", error.what()}});
  }
}

void VolumeWrites::Forget() {
  const std::scoped_lock lock(shared_->mutex);
  shared_->written = Milliseconds(-1);
}

Milliseconds VolumeWrites::Age() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->written.count() < 0 ? shared_->written : Since({}) - shared_->written;
}

}  // namespace bowline
