#include "apply/common/server_watch.h"

namespace bowline {
namespace {

constexpr Milliseconds kDnsTimeout{1500};

}  // namespace

std::optional<RoleChange> ServerWatch::Changed() const {
  if (!changed) return std::nullopt;
  return RoleChange{.ago = Since(*changed), .epoch = changed_in};
}

AddressBook ServerWatch::LookUp(const std::vector<MemberName>& trouble) {
  const std::vector<MemberName> due = lookups.Due(Since({}), trouble);
  if (due.empty()) return {};
  AddressAnswers answers = ResolveSome(*settings.Get(), due, Deadline::In(kDnsTimeout));
  lookups.Answered(due, answers.book);
  for (const auto& [member, endpoint] : answers.book) addresses[member] = endpoint;
  live.SetAddresses(addresses);
  return std::move(answers.book);
}

HandoverContext ServerWatch::From(MemberName primary) const {
  return {.settings = *settings.Get(),
          .driver = driver,
          .addresses = addresses,
          .secrets = settings.Secrets(),
          .identity = state.identity,
          .self = primary,
          .self_ip = addresses.at(primary).ip,
          .volume = ""};
}

Result<RespClient> ServerWatch::Connect(Deadline deadline) const {
  return ConnectToOwn(*settings.Get(), settings.Secrets(), deadline);
}

}  // namespace bowline
