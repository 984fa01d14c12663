// What an engine prints before it ends.

#include <algorithm>

#include "fuzz/target.h"
#include "plan/upgrade/trial.h"

void bowline::fuzz::Try(std::string_view input) {
  Must(std::ranges::all_of(LastLines(input), [](char c) { return c >= ' ' && c <= '~'; }));
  EngineTrial trial;
  for (const Complaint& complaint : ReadComplaints(input)) {
    Must(!complaint.line.empty());
    trial.refused.push_back(
        {.value = ValueOf(complaint, input, "config", {}), .complaint = complaint});
  }
  // Bytes that are no UTF-8 are replaced when they are printed.
  const std::string printed = PrintTrial(trial);
  const auto again = ReadTrial(printed);
  Must(again && PrintTrial(*again) == printed);
}
