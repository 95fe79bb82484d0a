#pragma once

#include <cstddef>

namespace ripcord::bench {

/// How often, and how many bytes, this program has allocated so far.
extern std::size_t allocations;
extern std::size_t allocated;

}  // namespace ripcord::bench
