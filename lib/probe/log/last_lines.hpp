#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace ripcord::probe::log {

/// The last lines of a log as text for people: each printable() and without its credentials, long
/// ones cut, at most `bytes_max` in all; of more the oldest are left out.
[[nodiscard]] std::string last_lines(std::string_view bytes, std::size_t bytes_max);

/// The same of what a container engine tells, which comes in frames unless the container has a
/// terminal. Fault::malformed when it does not.
[[nodiscard]] Result<std::string> last_lines_of_container(std::string_view answer,
                                                          bool has_terminal, std::size_t bytes_max);

}  // namespace ripcord::probe::log
