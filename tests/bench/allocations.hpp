#pragma once

#include <cstddef>

namespace ripcord::bench {

/// How often this program has allocated so far, and how many bytes it holds now, with what malloc
/// adds to each.
extern std::size_t allocations;
extern std::size_t allocated;

}  // namespace ripcord::bench
