#include "plan/common/passwords.h"

#include <algorithm>
#include <format>

#include "base/digest.h"
#include "base/json.h"

namespace bowline {
namespace {

constexpr std::size_t kDigestDigits = 16;
constexpr std::chrono::milliseconds kGone{120'000};

bool Ended(const OutgoingPassword& outgoing, std::int64_t now) {
  return outgoing.ends != 0 && now >= outgoing.ends;
}

bool IsKnown(const EngineSecrets& secrets, const OutgoingPassword& told) {
  return std::ranges::any_of(secrets.outgoing, [&](const OutgoingPassword& known) {
    return known.of == told.of && known.hash == told.hash;
  });
}

bool IsOfUser(const OutgoingPassword& outgoing) {
  return outgoing.of != kClients && outgoing.of != kMembers && outgoing.of != kPeerKey;
}

/// Has it the declared passwords, whatever its users are? A program of a version before tells only
/// of both together.
bool HasPasswords(const EngineSecrets& secrets, const ToldPasswords& told) {
  return told.without_users.empty() ? told.digest == DigestOf(secrets)
                                    : told.without_users == DigestWithoutUsers(secrets);
}

/// What is declared is not outgoing.
void DropDeclared(EngineSecrets& secrets) {
  const PasswordHashes declared = HashesOf(secrets);
  std::erase_if(secrets.outgoing, [&](const OutgoingPassword& outgoing) {
    const auto found = declared.find(outgoing.of);
    return found == declared.end() || std::ranges::contains(found->second, outgoing.hash);
  });
}

Result<std::string> ReadHash(const JsonView& value) {
  ASSIGN_OR_RETURN(std::string hash, value.AsString());
  if (IsSha256Hex(hash)) return hash;
  return Fail(Code::kInvalidArgument, "{} is no SHA-256 in hex", value.path());
}

Result<OutgoingPassword> ReadOne(const JsonView& entry) {
  OutgoingPassword outgoing;
  ASSIGN_OR_RETURN(outgoing.of, entry.GetString("of"));
  ASSIGN_OR_RETURN(const JsonView hash, entry.Get("hash"));
  ASSIGN_OR_RETURN(outgoing.hash, ReadHash(hash));
  ASSIGN_OR_RETURN(outgoing.ends, entry.GetInt("ends"));
  if (outgoing.ends < 0) return Fail(Code::kInvalidArgument, "{} ends before 1970", outgoing.of);
  return outgoing;
}

}  // namespace

PasswordHashes HashesOf(const EngineSecrets& secrets) {
  PasswordHashes hashes;
  const auto add = [&](const char* of, const std::string& text) {
    if (!text.empty()) hashes[of] = {Sha256Hex(text)};
  };
  add(kClients, secrets.password);
  add(kMembers, secrets.replication_password);
  add(kPeerKey, secrets.peer_key);
  for (const DeclaredUser& user : secrets.users.All()) hashes[PasswordOf(user)] = user.hashes;
  return hashes;
}

std::vector<std::string> ValidHashes(const EngineSecrets& secrets, std::string_view of) {
  const PasswordHashes declared = HashesOf(secrets);
  std::vector<std::string> hashes;
  const auto own = declared.find(std::string(of));
  if (own != declared.end()) hashes = own->second;
  for (const OutgoingPassword& outgoing : secrets.outgoing) {
    if (outgoing.of == of) hashes.push_back(outgoing.hash);
  }
  return hashes;
}

void LetOut(EngineSecrets& secrets, const PasswordHashes& before) {
  for (const auto& [of, hashes] : before) {
    for (const std::string& hash : hashes) {
      const OutgoingPassword outgoing{.of = of, .hash = hash};
      if (!IsKnown(secrets, outgoing)) secrets.outgoing.push_back(outgoing);
    }
  }
  DropDeclared(secrets);
}

bool Adopt(EngineSecrets& secrets, const std::vector<OutgoingPassword>& told, std::int64_t now) {
  const std::size_t before = secrets.outgoing.size();
  for (const OutgoingPassword& outgoing : told) {
    if (!Ended(outgoing, now) && !IsKnown(secrets, outgoing)) secrets.outgoing.push_back(outgoing);
  }
  DropDeclared(secrets);
  return secrets.outgoing.size() > before;
}

EngineSecrets Succeed(const EngineSecrets& used, EngineSecrets mounted) {
  mounted.program_account = used.program_account;
  mounted.outgoing = used.outgoing;
  mounted.former = used.former;
  if (!mounted.SamePasswordsAs(used)) {
    mounted.former.insert(mounted.former.begin(),
                          {.password = used.password,
                           .replication_password = used.replication_password,
                           .peer_key = used.peer_key});
  }
  mounted.spreading = used.spreading || !mounted.SamePasswordsAs(used);
  LetOut(mounted, HashesOf(used));
  return mounted;
}

PeerKeys KeysOf(const EngineSecrets& secrets) {
  PeerKeys keys{.known = {secrets.peer_key}, .sealing = secrets.spreading ? kMostKeys : 1};
  for (const FormerSecrets& former : secrets.former) {
    if (keys.known.size() == kMostKeys) break;
    if (former.peer_key.empty() || std::ranges::contains(keys.known, former.peer_key)) continue;
    keys.known.push_back(former.peer_key);
  }
  return keys;
}

void ForgetEnded(EngineSecrets& secrets) {
  const auto goes = [&](const char* of, const std::string& text) {
    return !text.empty() && IsKnown(secrets, {.of = of, .hash = Sha256Hex(text)});
  };
  std::erase_if(secrets.former, [&](const FormerSecrets& former) {
    return !goes(kClients, former.password) && !goes(kMembers, former.replication_password) &&
           !goes(kPeerKey, former.peer_key);
  });
}

std::string DigestOf(const EngineSecrets& secrets) {
  std::string all = secrets.default_user ? "" : "without default\n";
  for (const auto& [of, hashes] : HashesOf(secrets)) {
    all += of + "\n";
    for (const std::string& hash : hashes) all += hash + "\n";
  }
  for (const DeclaredUser& user : secrets.users.All()) {
    for (const std::string& rule : user.rules) all += rule + "\n";
  }
  return HmacSha256Hex(secrets.peer_key, "bowline passwords " + all).substr(0, kDigestDigits);
}

std::string DigestWithoutUsers(const EngineSecrets& secrets) {
  EngineSecrets alone = secrets;
  alone.default_user = true;
  alone.users = {};
  return DigestOf(alone);
}

KeptPasswords Keep(const EngineSecrets& secrets) {
  return {.current = HashesOf(secrets), .outgoing = secrets.outgoing};
}

std::string PrintKeptPasswords(const KeptPasswords& kept) {
  JsonWriter json;
  json.BeginObject().Field("version", 1).Key("current").BeginObject();
  for (const auto& [of, hashes] : kept.current) json.Field(of, hashes);
  json.EndObject();
  WriteOutgoing(json, kept.outgoing);
  json.EndObject();
  return json.Take();
}

Result<KeptPasswords> ParseKeptPasswords(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  KeptPasswords kept;
  ASSIGN_OR_RETURN(const JsonView current, root.Get("current"));
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, current.Keys());
  for (const std::string& of : keys) {
    ASSIGN_OR_RETURN(kept.current[of], ReadList(current, of, &ReadHash));
  }
  ASSIGN_OR_RETURN(kept.outgoing, ReadOutgoing(root));
  return kept;
}

void WriteOutgoing(JsonWriter& json, const std::vector<OutgoingPassword>& outgoing) {
  json.Key("outgoing").BeginArray();
  for (const OutgoingPassword& password : outgoing) {
    json.BeginObject().Field("of", password.of).Field("hash", password.hash);
    json.Field("ends", password.ends).EndObject();
  }
  json.EndArray();
}

Result<std::vector<OutgoingPassword>> ReadOutgoing(const JsonView& object) {
  if (!object.Has("outgoing")) return std::vector<OutgoingPassword>();
  return ReadList(object, "outgoing", &ReadOne);
}

void Restore(EngineSecrets& secrets, const KeptPasswords& kept, std::int64_t now) {
  (void)Adopt(secrets, kept.outgoing, now);
  LetOut(secrets, kept.current);
  secrets.spreading = std::ranges::contains(secrets.outgoing, 0, &OutgoingPassword::ends);
}

std::optional<std::string> WaitForServers(const EngineSecrets& secrets,
                                          const std::map<MemberName, ToldPasswords>& told,
                                          std::size_t servers, std::chrono::milliseconds waited) {
  if (waited >= kGone) return std::nullopt;
  std::size_t same = 0;
  for (const auto& [member, other] : told) {
    const bool has = HasPasswords(secrets, other);
    if (has) ++same;
    // A program of the version before tells nothing, and follows no other passwords.
    if (has || other.digest.empty()) continue;
    return std::format("{} does not have the Secret's passwords yet", member.ToString());
  }
  if (!secrets.spreading || same >= servers) return std::nullopt;
  return std::format("{} of {} servers are known to have the Secret's passwords", same, servers);
}

RotationStep PlanRotation(const EngineSecrets& secrets, const RotationLook& look) {
  RotationStep step;
  const std::string digest = DigestOf(secrets);
  bool all_use = true;
  bool other_users = false;
  for (const auto& [member, told] : look.told) {
    if (told.silent_for > kGone) continue;
    const bool answers = told.silent_for.count() == 0;
    const bool has = HasPasswords(secrets, told);
    other_users = other_users || !answers || told.digest != digest;
    if (!answers || !has) {
      step.behind.push_back(member);
    } else {
      all_use = all_use && told.uses;
      if (!told.waits.empty()) step.others_wait = true;
    }
    if (answers && !has) step.seen_behind.push_back(member);
  }
  const bool may_end = step.behind.empty() && all_use && !step.others_wait && !secrets.spreading;
  for (OutgoingPassword outgoing : secrets.outgoing) {
    if (!may_end || (other_users && IsOfUser(outgoing))) {
      outgoing.ends = 0;
    } else if (Ended(outgoing, look.now)) {
      step.ended = true;
      continue;
    } else if (outgoing.ends == 0) {
      outgoing.ends = look.now + look.keep_for;
    }
    step.outgoing.push_back(std::move(outgoing));
  }
  return step;
}

}  // namespace bowline
