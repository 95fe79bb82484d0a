#include "act/environment.hpp"

#include "act/posix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <grp.h>
#include <map>
#include <pwd.h>
#include <string_view>
#include <unistd.h>

namespace ripcord::act {
namespace {

constexpr std::string_view fact_prefix = "RIPCORD_";
constexpr std::size_t fact_bytes_max = 4096;

std::string fact(std::string_view value) {
  std::string text(value.substr(0, fact_bytes_max));
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

/// Calls getpwnam_r or getpwuid_r, as `look_up` does, with a buffer that is large enough.
/// Fault::missing with an empty message when there is no entry.
template <class LookUp>
Result<Account> look_up_account(LookUp look_up) {
  std::string buffer(4096, '\0');
  passwd entry{};
  passwd* found = nullptr;
  int error = look_up(&entry, buffer.data(), buffer.size(), &found);
  while (error == ERANGE && buffer.size() < std::size_t{1024} * 1024) {
    buffer.resize(buffer.size() * 4);
    error = look_up(&entry, buffer.data(), buffer.size(), &found);
  }
  if (error != 0) return failed("cannot look up the user", error);
  if (found == nullptr) return failure(Fault::missing, "");
  return Account{.name = entry.pw_name,
                 .home = entry.pw_dir,
                 .uid = entry.pw_uid,
                 .gid = entry.pw_gid,
                 .groups = {}};
}

std::vector<gid_t> groups_of(const Account& account) {
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  if (::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    (void)::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

Result<Account> account_named(const std::string& name) {
  Result<Account> account =
      look_up_account([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
      });
  if (account) {
    account->groups = groups_of(*account);
  } else if (account.error().message.empty()) {
    return failure(Fault::missing, fmt::format("there is no user {:?}", name));
  }
  return account;
}

Account own_account() {
  const uid_t uid = ::geteuid();
  Result<Account> account =
      look_up_account([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return ::getpwuid_r(uid, entry, buffer, size, found);
      });
  if (account) return std::move(*account);
  return {.name = std::to_string(uid), .home = "/", .uid = uid, .gid = ::getegid(), .groups = {}};
}

Fields facts_of(const RunOrder& order, const std::string& run_directory,
                const std::string& boot_id) {
  const RunFacts& facts = order.facts;
  return {
      {"RIPCORD_SERVICE", fact(facts.service)},
      {"RIPCORD_DEPLOYMENT", fact(facts.deployment)},
      {"RIPCORD_VERSION", fact(facts.version)},
      {"RIPCORD_PREVIOUS_VERSION", fact(facts.previous_version)},
      {"RIPCORD_STEP", to_string(order.id.step)},
      {"RIPCORD_TRIGGER", fact(facts.trigger)},
      {"RIPCORD_REASON", fact(facts.reason)},
      {"RIPCORD_EVIDENCE", fact(order.evidence)},
      {"RIPCORD_RUN_DIR", run_directory},
      {"RIPCORD_STAGE", fact(facts.stage)},
      {"RIPCORD_TRAFFIC_PERCENT", facts.traffic ? fmt::format("{:.6g}", *facts.traffic * 100) : ""},
      {"recorded", order.recorded ? "yes" : "no"},
      {"boot_id", boot_id}};
}

std::vector<std::string> environment_of(const StepCommand& command, const Account& account,
                                        const Fields& facts) {
  std::map<std::string, std::string> variables{
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", account.home},
      {"USER", account.name},
      {"LOGNAME", account.name}};
  for (const auto& [name, value] : command.env) variables.insert_or_assign(name, value);
  for (const auto& [name, value] : facts) {
    if (name.starts_with(fact_prefix)) variables.insert_or_assign(name, value);
  }
  std::vector<std::string> environment;
  environment.reserve(variables.size());
  for (const auto& [name, value] : variables)
    environment.push_back(fmt::format("{}={}", name, value));
  return environment;
}

}  // namespace ripcord::act
