#pragma once

#include "evidence/source.hpp"
#include "net/blocking.hpp"
#include "runtime/probers.hpp"
#include "runtime/settings.hpp"

#include <string>
#include <vector>

namespace ripcord::runtime {

/// What the probes of a service can show, each by a probe of its own beside the one that runs: what
/// its kind shows of the target or, of those that ask one question, how it is answered now.
/// `exec` probes show nothing: a script is not run once more for it. Borrows `probers`.
[[nodiscard]] std::vector<evidence::Source> probe_sources(const Probers& probers,
                                                          const ServiceSettings& settings);

/// Those of them that look at containers.
[[nodiscard]] std::vector<evidence::Source> container_sources(const Probers& probers,
                                                              const ServiceSettings& settings);

/// Those of them that know values which must be seen in no file.
[[nodiscard]] std::vector<evidence::Source> secret_sources(const Probers& probers,
                                                           const ServiceSettings& settings);

/// How the machine is, and its disks: those of `paths`. Borrows `pool`.
[[nodiscard]] std::vector<evidence::Source> machine_sources(net::BlockingPool& pool,
                                                            std::vector<std::string> paths);

}  // namespace ripcord::runtime
