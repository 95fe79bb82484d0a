#pragma once

#include "deploy/gate/check.hpp"
#include "model/run.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ripcord::deploy {

/// The newest backup must be recent, big enough and, where asked for, verified.
struct BackupRule {
  Duration max_age = std::chrono::hours(24);  ///< an age equal to it still passes
  std::uint64_t bytes_min = 1;                ///< a size equal to it still passes
  bool verify = false;                        ///< a verification must have exited with 0

  friend bool operator==(const BackupRule&, const BackupRule&) = default;
};

struct BackupFile {
  std::string name;
  Instant made_at;
  std::uint64_t bytes = 0;
};

/// What was found where the backups lie.
struct BackupFact {
  std::optional<BackupFile> newest;   ///< nothing: there is none
  std::optional<RunResult> verified;  ///< of `newest`; nothing: it was not verified
};

/// `fact` may be null: nothing is known, which is refused. So is a backup of the future, beyond
/// `clock_difference_max`: its age is not known.
[[nodiscard]] GateCheck check(const BackupRule& rule, const BackupFact* fact, Instant now);

}  // namespace ripcord::deploy
