#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>

namespace ripcord::runtime {

/// What was reported lately, or is being: the journal knows the rest, once it is on disk.
class ReportMemory {
 public:
  static constexpr std::size_t size_max = 4096;

  /// False when it is there already. The oldest is forgotten for it when there are too many.
  [[nodiscard]] bool add(const std::string& key);
  /// Of one that was not taken after all.
  void remove(const std::string& key);

 private:
  std::set<std::string> known_;
  std::deque<std::string> order_;  ///< oldest first
};

}  // namespace ripcord::runtime
