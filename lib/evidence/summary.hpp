#pragma once

#include "evidence/archive.hpp"

#include <string>

namespace ripcord::evidence {

/// What the files of one directory tell, in some twenty printable lines.
[[nodiscard]] std::string summary_of(const Files& files);

}  // namespace ripcord::evidence
