#pragma once

#include "tests/tidy/repository.hpp"

#include <iosfwd>
#include <vector>

namespace ripcord::tidy {

/// A house rule: a name, by which exceptions call it, and what it objects to.
struct Rule {
  const char* name;
  Findings (*check)(const Repository& repository);
};

/// Its name; GoogleTest would print the bytes of the addresses.
std::ostream& operator<<(std::ostream& out, const Rule& rule);

// floors.cpp: who may know whom.
[[nodiscard]] Findings floors(const Repository& repository);
[[nodiscard]] Findings needless_floors(const Repository& repository);
[[nodiscard]] Findings purity(const Repository& repository);

// words.cpp: what is not called, and what is called instead.
[[nodiscard]] Findings banned_words(const Repository& repository);
[[nodiscard]] Findings one_await(const Repository& repository);

// text.cpp: how a file looks.
[[nodiscard]] Findings file_length(const Repository& repository);
[[nodiscard]] Findings line_width(const Repository& repository);
[[nodiscard]] Findings pragma_once(const Repository& repository);
[[nodiscard]] Findings markers(const Repository& repository);
[[nodiscard]] Findings blanks(const Repository& repository);
[[nodiscard]] Findings machine_paths(const Repository& repository);

// files.cpp: nothing dead, nothing promised that is not there.
[[nodiscard]] Findings dead_sources(const Repository& repository);
[[nodiscard]] Findings dead_headers(const Repository& repository);
[[nodiscard]] Findings paths_in_docs(const Repository& repository);

/// All of them. The length of functions and their complexity are clang-tidy's.
[[nodiscard]] const std::vector<Rule>& rules();

}  // namespace ripcord::tidy
