#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ripcord {

/// Which deployments are wanted. What is empty asks for nothing.
struct DeploymentQuery {
  std::string service = {};
  std::string version = {};
  std::vector<std::string> phases = {};         ///< one of these
  std::optional<Instant> since = std::nullopt;  ///< started then or later
  std::optional<Instant> until = std::nullopt;  ///< started before then
  std::string kind = {};    ///< with such a record in its story; `"rollback.*"` for all of them
  std::string before = {};  ///< an id: older than this one, in the order in which they began
  std::size_t limit = 50;
};

}  // namespace ripcord
