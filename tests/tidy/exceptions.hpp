#pragma once

#include "tests/tidy/repository.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::tidy {

/// One file may break one rule in one way, for a reason.
struct Exception {
  std::string_view file;
  std::string_view rule;
  std::string_view what;  ///< what the finding's message begins with: the word that may stand there
  std::string_view reason;
};

/// The exceptions of this repository.
[[nodiscard]] const std::vector<Exception>& exceptions();

/// Whether it is what the exception is for, of its rule.
[[nodiscard]] bool covers(const Exception& exception, const Finding& finding);

/// The findings of `rule` that no exception covers.
[[nodiscard]] Findings without(const std::vector<Exception>& exceptions, std::string_view rule,
                               const Findings& findings);

/// An exception that covers none of `findings` (those of its rule) has outlived its reason.
[[nodiscard]] bool is_stale(const Exception& exception, const Findings& findings);

}  // namespace ripcord::tidy
