// Every document that is read as JSON: settings, what the gate is shown, the files on a volume.

#include "base/json.h"

#include "fuzz/target.h"
#include "model/settings.h"
#include "plan/common/volume.h"
#include "plan/upgrade/declaration.h"
#include "plan/upgrade/trial.h"

void bowline::fuzz::Try(std::string_view input) {
  if (!JsonDocument::Parse(input)) return;
  (void)ParseSettings(input);
  (void)ReadShape(input);
  (void)ReadAsked(input, input);
  (void)ReadTrial(input);
  if (const auto state = ParseVolumeState(input)) {
    Must(ParseVolumeState(PrintVolumeState(*state)) == *state);
  }
  if (const auto position = ParsePosition(input)) {
    Must(ParsePosition(PrintPosition(*position)) == *position);
  }
  if (const auto note = ParseHandoverNote(input)) {
    Must(ParseHandoverNote(PrintHandoverNote(*note)) == *note);
  }
}
