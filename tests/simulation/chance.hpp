#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <random>

namespace ripcord::simulation {

/// All of a world's luck, from one seed.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  /// 0 to `most`, both included.
  [[nodiscard]] std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }
  [[nodiscard]] bool one_in(std::uint64_t n) { return random_() % n == 0; }
  [[nodiscard]] Duration between(Duration least, Duration most) {
    return least + Duration(up_to(static_cast<std::uint64_t>((most - least).count())));
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace ripcord::simulation
