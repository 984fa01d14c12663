// INFO, CLUSTER INFO and CLIENT LIST.

#include "model/info.h"

#include "fuzz/target.h"
#include "model/client_list.h"

void bowline::fuzz::Try(std::string_view input) {
  (void)ParseEngineInfo(input);
  (void)ParseClusterInfo(input);
  (void)ParseClientList(input);
}
