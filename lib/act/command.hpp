#pragma once

#include "base/time.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ripcord::act {

/// What a step runs. No shell: `run[0]` is an absolute path, the rest are its arguments.
struct StepCommand {
  std::vector<std::string> run;
  Duration timeout = std::chrono::minutes(5);
  Duration grace = std::chrono::seconds(10);  ///< between TERM and KILL
  std::string user;                           ///< empty: the daemon's own
  std::string workdir;                        ///< empty: `/`
  std::vector<std::pair<std::string, std::string>> env;

  friend bool operator==(const StepCommand&, const StepCommand&) = default;
};

}  // namespace ripcord::act
