// What comes from another member, or from somebody who claims to be one.

#include "fuzz/target.h"
#include "peer/handover_order.h"
#include "peer/message.h"
#include "plan/common/report.h"

void bowline::fuzz::Try(std::string_view input) {
  const auto [message, report] = Split(input);
  (void)OpenRequest({{"key"}}, message);
  (void)OpenReport({{"key"}}, "nonce", message);
  (void)OpenOrder({{"key"}}, message);
  (void)ParseHandoverOrder(message);
  (void)ParseHandoverState(message);
  if (const auto read = ParseReport(report)) {
    const std::string printed = PrintReport(*read);
    const auto again = ParseReport(printed);
    Must(again.has_value() && PrintReport(*again) == printed);
    const std::string small = PrintReport(*read, ViewForm::kDigest);
    const auto told = ParseReport(small);
    Must(told.has_value() && PrintReport(*told, ViewForm::kDigest) == small);
  }
}
