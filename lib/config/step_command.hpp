#pragma once

#include "act/command.hpp"
#include "base/result.hpp"
#include "model/run.hpp"

#include <filesystem>
#include <string>

namespace ripcord::config {

/// The command of one step, and nothing else: what the keeper of a run reads. Fault::missing when
/// the file, the service or the step is not there, Fault::malformed when the step is wrong or the
/// files cannot be parsed; whatever else they say is ignored.
[[nodiscard]] Result<act::StepCommand> load_command(const std::filesystem::path& file,
                                                    const std::string& service, StepId step);

}  // namespace ripcord::config
