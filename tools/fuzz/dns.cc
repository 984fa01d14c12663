// A name server's answer to a question of ours.

#include "fuzz/target.h"
#include "sys/dns_message.h"

void bowline::fuzz::Try(std::string_view input) {
  static const std::string question = *DnsQuestion("a.ns.svc.", DnsFamily::kIpv4);
  const auto answer = ReadDnsAnswer(question, input);
  Must(!answer || answer->size() <= input.size() / 14);
  // Only what passes for an answer reaches the records: the question's own bytes come first.
  std::string whole = question;
  whole[2] = static_cast<char>(0x80);
  if (!input.empty()) whole[7] = input.front();
  (void)ReadDnsAnswer(question, whole + std::string(input));
}
