#pragma once

#include "config/diagnostic.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ripcord::config {

/// Where something stands. `file` is a place in the list of files; line 0 is the file as a whole.
struct Place {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// `"/etc/ripcord/ripcord.toml:12:3"`.
[[nodiscard]] std::string to_string(const Place& place, const std::vector<SourceFile>& files);

/// Collects what is wrong, so that a person hears of everything at once.
class Mistakes {
 public:
  void note(Place place, std::string key, std::string message);
  [[nodiscard]] bool empty() const { return noted_.empty(); }

  /// In order of place, each once; after the first 1,000 only how many more there are.
  [[nodiscard]] std::vector<Diagnostic> in_order(const std::vector<SourceFile>& files) const;

 private:
  struct Noted {
    Place place;
    std::string key;
    std::string message;
    friend auto operator<=>(const Noted&, const Noted&) = default;
  };
  std::vector<Noted> noted_;
};

}  // namespace ripcord::config
