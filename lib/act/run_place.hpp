#pragma once

#include "act/runner.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>

namespace ripcord::act {

/// The two places in which run directories are made.
struct RunPlaces {
  std::string state_dir;
  std::string runtime_dir;  ///< a tmpfs: when the state directory cannot take them
};

/// Makes the directory of a run, complete: the fence. Fault::exists when it is in either place
/// already, Fault::malformed when the deployment's id cannot name a directory.
[[nodiscard]] Result<void> make_run(const RunPlaces& places, const RunOrder& order,
                                    const std::string& boot_id);

/// The path of a run's directory; nothing when it is certainly in neither place.
[[nodiscard]] std::optional<std::string> find_run(const RunPlaces& places, const RunId& id);

}  // namespace ripcord::act
