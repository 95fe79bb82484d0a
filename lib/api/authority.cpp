#include "api/authority.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

namespace ripcord::api {
namespace {

/// A name from the user database: enough for any entry, and one that needs more has no name here.
using Scratch = std::array<char, 16UL * 1024>;

std::string user_name(std::uint32_t uid) {
  Scratch scratch{};
  ::passwd entry{};
  ::passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, scratch.data(), scratch.size(), &found);
  return found == nullptr ? "" : printable(found->pw_name, 64);
}

std::string group_name(std::uint32_t gid) {
  Scratch scratch{};
  ::group entry{};
  ::group* found = nullptr;
  ::getgrgid_r(gid, &entry, scratch.data(), scratch.size(), &found);
  return found == nullptr ? fmt::format("{}", gid) : printable(found->gr_name, 64);
}

std::string described_user(std::uint32_t uid) {
  const std::string name = user_name(uid);
  return name.empty() ? fmt::format("uid {}", uid) : fmt::format("uid {} ({})", uid, name);
}

}  // namespace

bool is_authorised(const Authority& authority, const std::optional<net::Peer>& peer) {
  if (!peer) return false;
  if (peer->uid == 0 || peer->uid == authority.daemon_uid) return true;
  if (!authority.group) return false;
  return peer->gid == *authority.group ||
         std::ranges::find(peer->groups, *authority.group) != peer->groups.end();
}

std::string name_of(const net::Peer& peer) {
  return described_user(peer.uid);
}

std::string explain_refusal(const Authority& authority, const std::optional<net::Peer>& peer) {
  if (!peer) return "whoever is asking cannot be told: only a unix socket's peers are known";
  const std::string who = name_of(*peer);
  if (!authority.group) {
    return fmt::format(
        "{} may not use ripcord: only root and {} may; to let a group in, set "
        "api.group in the configuration",
        who, described_user(authority.daemon_uid));
  }
  return fmt::format(
      "{} may not use ripcord: become a member of group {} and log in again, or ask "
      "as root",
      who, group_name(*authority.group));
}

}  // namespace ripcord::api
