#include "apply/common/volume_writes.h"

#include <string>
#include <system_error>
#include <thread>

#include "sys/files.h"
#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr const char* kFile = "bowline-write-test";
constexpr std::size_t kBytes = 64U << 10U;
constexpr Milliseconds kBetween{2000};
constexpr Milliseconds kStopLook{100};

std::int64_t NowMilliseconds() { return Since({}).count(); }

}  // namespace

VolumeWrites::VolumeWrites(const std::filesystem::path& data)
    : VolumeWrites([file = data / kFile,
                    content = std::string(kBytes, 'x')] { return WriteFileAtomic(file, content); },
                   [](std::function<void()> body) { std::thread(std::move(body)).detach(); }) {}

void VolumeWrites::Want(bool wanted) {
  shared_->wanted = wanted;
  if (!wanted || started_) return;
  try {
    start_([shared = shared_, write = write_] {
      while (!shared->stop) {
        (void)Caught("test writes", [&] { Once(*shared, write); });
        const Deadline next = Deadline::In(kBetween);
        while (!shared->stop && next.Sleep(kStopLook)) continue;
      }
    });
    started_ = true;
  } catch (const std::system_error& error) {
    if (!told_) LogWarning("no thread for test writes", {{"err", error.what()}});
    told_ = true;
  }
}

void VolumeWrites::Once(Shared& shared, const Write& write) {
  if (!shared.wanted) return;
  const std::int64_t begun = NowMilliseconds();
  const Status written = write();
  if (written) shared.written = begun;
  if (!written && !shared.told) {
    LogWarning("the volume takes no test write", {{"err", written.error().ToString()}});
  }
  shared.told = !written;
}

Milliseconds VolumeWrites::Age() const {
  const std::int64_t written = shared_->written;
  return Milliseconds(written < 0 ? -1 : NowMilliseconds() - written);
}

}  // namespace bowline
