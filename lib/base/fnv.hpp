#pragma once

#include <cstdint>
#include <string_view>

namespace ripcord {

/// FNV-1a of 64 bits: the same in every version and on every machine. Not against an adversary.
class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
  }
  void add(unsigned char byte) {
    value_ ^= byte;
    value_ *= 1099511628211ULL;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

}  // namespace ripcord
