#pragma once

#include "act/environment.hpp"
#include "act/posix.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

/// Everything that is needed to become a command, made before the fork.
struct Execution {
  std::vector<std::string> arguments;  ///< the first is the program's absolute path
  std::vector<std::string> environment;
  std::string workdir;
  std::optional<Account> become;  ///< nothing: stay who we are
};

/// A forked process that waits before its first instruction until it is let go.
///
/// It leads a session of its own, has /dev/null as its input and nothing else open but its output,
/// default signals, umask 022, the OOM killer's neutral score, and dies with its parent. Pre: the
/// caller has one thread.
class Child {
 public:
  /// Fault::full when there are too many processes or no memory: may work later.
  [[nodiscard]] static Result<Child> fork(const Execution& execution, int output);

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Lets it go on and execute its command.
  void release();

  /// Why the command was never executed: `"cannot execute /x: Permission denied"`. Nothing when it
  /// was. Pre: the child has ended.
  [[nodiscard]] std::optional<std::string> refusal(const Execution& execution) const;

 private:
  Child(pid_t pid, Descriptor gate, Descriptor verdict);

  pid_t pid_;
  Descriptor gate_;     ///< written and closed: go on; closed by our death: do not
  Descriptor verdict_;  ///< says what failed, if anything did
};

}  // namespace ripcord::act
