#include "tests/tidy/rules.hpp"

#include <ostream>

namespace ripcord::tidy {

std::ostream& operator<<(std::ostream& out, const Rule& rule) {
  return out << rule.name;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"floors", floors},
      {"needless_floors", needless_floors},
      {"purity", purity},
      {"banned_words", banned_words},
      {"one_await", one_await},
      {"file_length", file_length},
      {"line_width", line_width},
      {"pragma_once", pragma_once},
      {"markers", markers},
      {"blanks", blanks},
      {"machine_paths", machine_paths},
      {"dead_sources", dead_sources},
      {"dead_headers", dead_headers},
      {"paths_in_docs", paths_in_docs},
  };
  return all;
}

}  // namespace ripcord::tidy
