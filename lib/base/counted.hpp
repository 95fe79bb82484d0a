#pragma once

#include <cstddef>

namespace ripcord {

/// Counts itself in a number for as long as it lives.
class Counted {
 public:
  /// Borrows `count`.
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace ripcord
