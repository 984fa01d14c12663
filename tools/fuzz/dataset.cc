// The files of a dataset: manifest, head of a snapshot, append-only log in pieces.

#include "fuzz/target.h"
#include "plan/common/dataset_files.h"
#include "plan/common/log_scan.h"
#include "plan/common/rdb_header.h"

void bowline::fuzz::Try(std::string_view input) {
  (void)ParseManifest(input);
  (void)ParseRdbHeader(input);
  LogScan whole;
  whole.Feed(input);
  Must(whole.good() >= 0 && whole.good() <= whole.bytes());
  LogScan pieces;  // where it is cut has no say
  for (std::size_t at = 0; at < input.size(); at += 3) pieces.Feed(input.substr(at, 3));
  Must(pieces.good() == whole.good() && pieces.bad() == whole.bad());
  LogScan rest;  // what may be loaded can be loaded
  rest.Feed(input.substr(0, static_cast<std::size_t>(whole.good())));
  Must(rest.whole());
}
