#pragma once

#include "base/result.hpp"
#include "model/deployment.hpp"
#include "ripcord/members.hpp"

namespace ripcord::cli {

/// What `deployment` tells of a deployment. Fault::malformed when it names a phase that this
/// program does not know.
[[nodiscard]] Result<Deployment> deployment_of(const Members& members);

}  // namespace ripcord::cli
