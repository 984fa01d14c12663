#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/parse.h"
#include "cmd/verbs.h"
#include "model/layout.h"
#include "sys/files.h"

namespace bowline {
namespace {

struct GenerateFlags {
  Layout layout;
  Identity identity;
  std::string self;
  std::vector<std::string> addresses;
};

/// "shard-0-0=10.0.0.1:6379@16379"
Result<AddressBook> ParseAddresses(const std::vector<std::string>& texts) {
  AddressBook book;
  for (const std::string& text : texts) {
    const auto split = text.find('=');
    if (split == std::string::npos) {
      return Fail(Code::kInvalidArgument, "--address \"{}\": use MEMBER=IP:PORT@BUS", text);
    }
    ASSIGN_OR_RETURN(const MemberName member, MemberName::Parse(text.substr(0, split)));
    ASSIGN_OR_RETURN(book[member], Endpoint::Parse(text.substr(split + 1)));
  }
  return book;
}

Result<ExitCode> Generate(const GenerateFlags& flags) {
  ASSIGN_OR_RETURN(const MemberName self, MemberName::Parse(flags.self));
  ASSIGN_OR_RETURN(const AddressBook book, ParseAddresses(flags.addresses));
  ASSIGN_OR_RETURN(const NodesConf conf, SeedNodesConf(flags.layout, flags.identity, book, self));
  RETURN_IF_ERROR(CheckNodesConf(conf, true));
  (void)std::fputs(PrintNodesConf(conf).c_str(), stdout);
  return ExitCode::kOk;
}

}  // namespace

VerbAction DeclareNodesConfGenerate(CLI::App& app) {
  const auto flags = std::make_shared<GenerateFlags>();
  app.add_option("--shards", flags->layout.shards, "number of shards")
      ->required()
      ->check(CLI::Range(1, 1000));
  app.add_option("--replicas-per-shard", flags->layout.replicas_per_shard,
                 "replicas of each primary")
      ->required()
      ->check(CLI::Range(0, 9));
  app.add_option("--installation", flags->identity.installation, "installation id")->required();
  app.add_option("--namespace", flags->identity.name_space, "namespace")->required();
  app.add_option("--release", flags->identity.release, "release")->required();
  app.add_option("--member", flags->self, "whose file, e.g. shard-0-0")->required();
  app.add_option("--address", flags->addresses, "MEMBER=IP:PORT@BUS, once for each member")
      ->required();
  return [flags](const CommonFlags&) { return Generate(*flags); };
}

VerbAction DeclareNodesConfCheck(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  app.add_option("file", *file, "the nodes.conf")->required();
  return [file](const CommonFlags&) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(*file));
    const auto conf = ParseNodesConf(text);
    if (!conf) return FailWith(conf, *file);
    const Status sound = CheckNodesConf(*conf, true);
    if (!sound) return FailWith(sound, *file);
    (void)std::printf("%zu nodes, current epoch %llu\n", conf->lines.size(),
                      static_cast<unsigned long long>(conf->current_epoch));
    return ExitCode::kOk;
  };
}

}  // namespace bowline
