#pragma once

#include "act/command.hpp"
#include "act/record.hpp"
#include "act/runner.hpp"
#include "base/result.hpp"
#include "model/run.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

/// A user of the machine.
struct Account {
  std::string name;
  std::string home;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  ///< all that it belongs to; only account_named() fills them
};

/// Fault::missing when there is no such user.
[[nodiscard]] Result<Account> account_named(const std::string& name);

/// Of this process. A user that has no entry is called by its number and is at home in `/`.
[[nodiscard]] Account own_account();

/// The content of `facts`: the RIPCORD_* variables of the step, `recorded` (yes or no), and last,
/// `boot_id`. Each value is cut to 4 KiB, and a zero byte in it, which no variable can hold,
/// becomes a space.
[[nodiscard]] Fields facts_of(const RunOrder& order, const std::string& run_directory,
                              const std::string& boot_id);

/// The whole environment of a command, as `NAME=value`, sorted by name: PATH, HOME, USER and
/// LOGNAME of `account`; over these what the step says; over these the RIPCORD_* of `facts`.
[[nodiscard]] std::vector<std::string> environment_of(const StepCommand& command,
                                                      const Account& account, const Fields& facts);

}  // namespace ripcord::act
