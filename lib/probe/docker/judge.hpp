#pragma once

#include "model/sample.hpp"
#include "probe/docker/container.hpp"

#include <string>
#include <vector>

namespace ripcord::probe::docker {

struct Verdict {
  Outcome outcome = Outcome::unknown;
  std::string reason;  ///< empty when good; one line, printable
};

/// What the containers that make up a service say of it. Bad when one of them does not run or is
/// unhealthy, or when there is none at all. Unknown while the health check of one has not come to a
/// result yet (`starting`), as long as none is bad. Good when all run, and are healthy where they
/// are checked.
[[nodiscard]] Verdict judge(const Selector& selector, const std::vector<Container>& containers);

/// `"running, healthy"`, `"exited with code 137 (out of memory)"`. Printable.
[[nodiscard]] std::string state_of(const Container& container);

}  // namespace ripcord::probe::docker
