#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::docker {

/// What may be seen of a container by whoever reads the evidence.
struct ShownContainer {
  boost::json::object facts;
  /// Of its environment, which is not among the facts: what secret names stand for, and passwords
  /// in URLs.
  std::vector<std::string> secrets;
};

/// Takes from the answer to `GET /containers/ID/json` what is known to be harmless: state, image
/// and digest, restarts, health with its last words, limits, mounts, ports and networks; of labels,
/// commands and the health check what is left without their secrets. Whatever else the engine
/// tells, the environment above all, is left out. Fault::malformed, with nothing of it, when it is
/// none.
[[nodiscard]] Result<ShownContainer> show_container(std::string_view answer);

/// A command line without its secrets: those of `--name=value`, and a word that follows an option
/// with such a name.
[[nodiscard]] std::vector<std::string> masked_command(const std::vector<std::string>& words);

}  // namespace ripcord::probe::docker
