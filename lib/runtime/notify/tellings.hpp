#pragma once

#include "notify/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::runtime {

/// How one kind of record is told. `{version}` and `{previous}` stand for those of the deployment.
struct Telling {
  std::string_view kind;
  notify::Standing standing = notify::Standing::notice;
  std::string_view headline;
  std::string_view did;
  std::string_view to_do;
};

/// Of a record of this kind; null when nobody is told of such.
[[nodiscard]] const Telling* telling_of(std::string_view kind);

/// Every event that messages tell of, sorted: `"daemon.blind"`, …
[[nodiscard]] std::vector<std::string> told_events();

}  // namespace ripcord::runtime
