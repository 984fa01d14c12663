#include "plan/upgrade/binding.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

TEST_CASE("a binding's URI takes any password") {
  const ServiceBinding binding{
      .secret = "demo-binding",
      .entries = {{"type", "redis"}, {"host", "demo-primary.ns.svc"}, {"port", "6380"}}};
  ServiceBinding secured = binding;
  secured.tls = true;
  CHECK(BindingEntries(secured, "p").at("uri") == "rediss://default:p@demo-primary.ns.svc:6380");
  const auto entries = BindingEntries(binding, "p@ss:w/d%1~");
  CHECK(entries == std::map<std::string, std::string>{
                       {"type", "redis"},
                       {"host", "demo-primary.ns.svc"},
                       {"port", "6380"},
                       {"username", "default"},
                       {"password", "p@ss:w/d%1~"},
                       {"uri", "redis://default:p%40ss%3Aw%2Fd%251~@demo-primary.ns.svc:6380"}});
}

}  // namespace
}  // namespace bowline
