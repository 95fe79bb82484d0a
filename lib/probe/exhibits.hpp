#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace ripcord::probe {

/// A file that a probe can show of its target. Its texts are printable() and without secrets, as
/// far as these can be told by their names and forms.
struct Exhibit {
  std::string file;  ///< with an ending, for instance `"containers/shop-1.json"`; any characters
  boost::json::value content;  ///< of a `.txt` a string: its lines
};

struct Exhibits {
  std::vector<Exhibit> shown;
  /// Values of which the target itself says that they are secrets, wherever they stand.
  std::vector<std::string> secrets;
  std::vector<std::string> missing;  ///< what could not be shown, and why
};

}  // namespace ripcord::probe
