#include "apply/common/certificate_watch.h"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "apply/common/context.h"
#include "plan/common/certificate.h"
#include "plan/common/listeners.h"
#include "tls/context.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kCall{500};
// The kubelet exchanges the files at once, somebody's own tool may write one after the other.
constexpr Milliseconds kWrongFor{5000};
constexpr Milliseconds kRefusedAgain{30'000};
constexpr Milliseconds kSilentFor{30'000};
constexpr Milliseconds kTurn{15'000};
constexpr Milliseconds kEndAgain{std::chrono::hours(24)};

}  // namespace

CertificateWatch::Process RenewAtServer(LiveSettings& settings) {
  return {.renew = [&settings](Deadline deadline) -> Status {
    EngineSecrets secrets = settings.Secrets();
    auto engine = ConnectToOwn(*settings.Get(), secrets, deadline);
    if (!engine) {  // it may have read the files at its start, later than this program
      secrets.own_tls = secrets.tls;
      engine = ConnectToOwn(*settings.Get(), secrets, deadline);
    }
    if (!engine) return std::unexpected(engine.error());
    return engine->ConfigSet(TlsFiles(settings->tls), deadline);
  }};
}

CertificateWatch::Process RenewAtSentinel(MemberName self) {
  return {.renew = [](Deadline) -> Status {
            // As somebody would from outside: Supervisor::Supervise.
            ::kill(::getpid(), SIGHUP);
            return {};
          },
          .turn = kTurn* self.ordinal,
          .started_with = true};
}

CertificateWatch::CertificateWatch(Lane& lane, LiveSettings& settings, LiveState& live,
                                   EventSink& events, Process process)
    : settings_(settings), live_(live), events_(events), process_(std::move(process)) {
  if (!settings_->tls.Listens()) return;
  const auto certificate = settings_.Certificate();
  settings_.SetOwnCertificate(certificate);
  if (certificate && process_.started_with) used_ = certificate->digest();
  step_.emplace(lane, "certificate", [this] {
    Look();
    return kLook;
  });
}

void CertificateWatch::Look() {
  const std::string wrong = settings_.CertificateError();
  if (std::exchange(wrong_, wrong) != wrong) wrong_since_ = Clock::now();
  if (!wrong.empty() && Since(wrong_since_) >= kWrongFor) TellRefused(wrong);
  const auto certificate = settings_.Certificate();
  if (!certificate) return;
  live_.SetCertificateEnd(certificate->ends());
  if (wrong.empty() && failed_.empty()) told_refused_.clear();
  // A process that is started anew would read the wrong ones.
  if (wrong.empty() && certificate->digest() != used_) Renew(certificate);
  TellEnd(*certificate);
}

void CertificateWatch::Renew(const std::shared_ptr<const TlsContext>& certificate) {
  if (std::exchange(seen_, certificate->digest()) != certificate->digest()) {
    seen_at_ = Clock::now();
    refused_at_.reset();
    failed_.clear();
  }
  if (Since(seen_at_) < process_.turn) return;
  if (refused_at_ && Since(*refused_at_) < kRefusedAgain) return;
  const Status renewed = process_.renew(Deadline::In(kCall));
  if (renewed) {
    const bool first = used_.empty();
    used_ = certificate->digest();
    settings_.SetOwnCertificate(certificate);
    refused_at_.reset();
    failed_.clear();
    if (first) return;
    events_.Emit("CertificateRenewed",
                 std::format("new connections get the certificate with the serial number {}",
                             certificate->serial()));
    return;
  }
  failed_ = renewed.error().message;
  const bool refused = renewed.error().code == Code::kFailedPrecondition;
  if (refused) refused_at_ = Clock::now();
  // A process that loads, or hangs, is silent for longer: that is told elsewhere.
  if (refused || Since(seen_at_) >= process_.turn + kSilentFor) TellRefused(failed_);
}

void CertificateWatch::TellRefused(const std::string& why) {
  if (std::exchange(told_refused_, why) == why) return;
  events_.Emit("CertificateRefused",
               why +
                   ". The former certificate stays in use; put a certificate, its key and its CA "
                   "into the Secret",
               true);
}

void CertificateWatch::TellEnd(const TlsContext& certificate) {
  const auto text = TellCertificate(certificate.ends(), UnixSeconds());
  if (!text) {
    told_end_.reset();
    return;
  }
  if (told_end_ && Since(*told_end_) < kEndAgain) return;
  told_end_ = Clock::now();
  events_.Emit("CertificateExpires", *text, true);
}

}  // namespace bowline
