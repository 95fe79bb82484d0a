#pragma once

#include "evidence/archive.hpp"

#include <string>

namespace ripcord::evidence {

/// One page that tells all of it, for a browser and for paper: nothing is loaded from elsewhere, no
/// script runs, and nothing in the files can become a part of it.
[[nodiscard]] std::string page_of(const Files& files);

}  // namespace ripcord::evidence
