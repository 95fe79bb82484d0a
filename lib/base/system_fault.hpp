#pragma once

#include "base/result.hpp"

namespace ripcord {

/// What kind of failure an errno(3) of a file or a process is.
[[nodiscard]] Fault system_fault(int error_number);

}  // namespace ripcord
