#pragma once

#include "deploy/gate/check.hpp"
#include "model/run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::deploy {

/// A rollback must be possible before it is needed.
struct ReadyRule {
  std::vector<std::string> programs;  ///< of every rollback step and of the verification
  bool image = false;                 ///< the image of the previous version must still be there
  std::uint64_t disk_bytes_min = 1'073'741'824;  ///< 1 GiB; exactly as much still passes
  bool database = false;  ///< a script must have said that the database can go back

  friend bool operator==(const ReadyRule&, const ReadyRule&) = default;
};

/// Whether one program could be started.
struct ProgramFact {
  std::string path;
  bool executable = false;
  std::string why_not;  ///< `"no such file"`; empty when executable
};

/// What was found; each on its own may be unknown.
struct ReadyFact {
  std::vector<ProgramFact> programs;
  std::optional<std::string> previous_version;  ///< empty: known that there is none
  std::optional<bool> image_there;
  std::string why_image_unknown = {};  ///< empty, or what went wrong when it was asked for
  std::optional<std::uint64_t> disk_bytes_free;
  std::optional<RunResult> database = std::nullopt;  ///< of the script
  std::string irreversible = {};  ///< why what is being deployed cannot be undone; empty: it can
};

/// `fact` may be null: nothing is known, which is refused; so is each single thing that the rule
/// asks for and the fact does not tell, and a rule without a program: nothing would roll back.
[[nodiscard]] GateCheck check(const ReadyRule& rule, const ReadyFact* fact);

}  // namespace ripcord::deploy
