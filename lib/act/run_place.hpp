#pragma once

#include "act/run_directory.hpp"
#include "act/runner.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ripcord::act {

/// The two places in which run directories are made.
struct RunPlaces {
  std::string state_dir;
  std::string runtime_dir;  ///< a tmpfs: when the state directory cannot take them
};

/// Where make_run() will make the directory if nothing is wrong with the disk.
[[nodiscard]] std::string expected_run(const RunPlaces& places, const RunId& id);

/// Makes most of a run directory, under a name that is nobody's. make_run() uses it if it is there.
[[nodiscard]] Result<void> make_spare_run(const RunPlaces& places);

/// Makes the directory of a run, complete: the fence. Fault::exists when it is in either place
/// already, Fault::malformed when the deployment's id cannot name a directory.
[[nodiscard]] Result<void> make_run(const RunPlaces& places, const RunOrder& order,
                                    const std::string& boot_id);

/// Puts into a run directory what is missing of it, `facts` last. May be repeated.
[[nodiscard]] Result<void> complete_run(const RunDirectory& directory, const Fields& facts);

/// The path of a run's directory; nothing when it is certainly in neither place.
[[nodiscard]] std::optional<std::string> find_run(const RunPlaces& places, const RunId& id);

/// The deployments that have a directory in one of the places; in order.
[[nodiscard]] std::vector<std::string> deployments_in(const RunPlaces& places);

}  // namespace ripcord::act
