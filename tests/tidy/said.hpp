#pragma once

#include "tests/tidy/rules.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ripcord::tidy {

/// What `rule` says, as a compiler prints it.
inline std::vector<std::string> said(Findings (*rule)(const Repository&),
                                     const Repository& repository) {
  std::vector<std::string> texts;
  for (const Finding& finding : rule(repository)) texts.push_back(to_string(finding));
  return texts;
}

/// What `rule` says to a repository of this one file.
inline std::vector<std::string> said(Findings (*rule)(const Repository&), std::string path,
                                     std::string text) {
  return said(rule, repository_of({file_of(std::move(path), std::move(text))}));
}

}  // namespace ripcord::tidy
