// nodes.conf and CLUSTER NODES, as the engines write them and as a broken disk leaves them.

#include "model/nodes_conf.h"

#include "fuzz/target.h"

void bowline::fuzz::Try(std::string_view input) {
  (void)ParseClusterNodes(input);
  auto conf = ParseNodesConf(input);
  if (!conf) return;
  SettleCycles(*conf);
  (void)CheckNodesConf(*conf, false);
  (void)LeadingPrimaries(*conf);
  // What is written is read back as the same.
  const std::string printed = PrintNodesConf(*conf);
  const auto again = ParseNodesConf(printed);
  Must(again.has_value() && PrintNodesConf(*again) == printed);
}
