#include "apply/common/volume_writes.h"

#include <string>

#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kFile = "bowline-write-test";
constexpr std::size_t kBytes = 64U << 10U;
constexpr Milliseconds kBetween{2000};
constexpr Milliseconds kStopLook{100};

std::int64_t NowMilliseconds() { return Since({}).count(); }

}  // namespace

VolumeWrites::VolumeWrites(const std::filesystem::path& data) {
  std::thread([shared = shared_, file = data / kFile] {
    const std::string content(kBytes, 'x');
    bool told = false;
    while (!shared->stop) {
      const std::int64_t begun = NowMilliseconds();
      const Status written = shared->wanted ? WriteFileAtomic(file, content)
                                            : Status(Fail(Code::kFailedPrecondition, "not asked"));
      if (written) shared->written = begun;
      if (!written && !told && shared->wanted) {
        LogWarning("the volume takes no test write", {{"err", written.error().ToString()}});
      }
      told = !written;
      const Deadline next = Deadline::In(kBetween);
      while (!shared->stop && next.Sleep(kStopLook)) continue;
    }
  }).detach();
}

VolumeWrites::~VolumeWrites() { shared_->stop = true; }

Milliseconds VolumeWrites::Age() const {
  const std::int64_t written = shared_->written;
  return Milliseconds(written < 0 ? -1 : NowMilliseconds() - written);
}

}  // namespace bowline
