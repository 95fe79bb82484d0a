#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace ripcord::evidence {

/// One file of the evidence. Its texts are printable(), but for line ends in a `.txt`.
struct Exhibit {
  std::string file;  ///< an is_file_name(): `"containers/shop-1.json"`, `"logs/shop-1.txt"`
  boost::json::value content;  ///< of a `.txt` a string: its lines
};

/// What one source has shown.
struct Shown {
  std::vector<Exhibit> exhibits;
  std::vector<std::string> secrets;  ///< values that must be seen in no file, of any source
  std::vector<std::string> missing;  ///< what it could not show, and why
};

/// True for what names a file of the evidence: one or two components of `A-Z a-z 0-9 _ . -` that do
/// not begin with a dot, with `/` between them, 200 bytes at most.
[[nodiscard]] bool is_file_name(std::string_view text);

/// `text` made a component of such a name.
[[nodiscard]] std::string file_name_of(std::string_view text);

/// The bytes of the file: JSON in lines that people can read, or the text itself.
[[nodiscard]] std::string to_bytes(const Exhibit& exhibit);

/// Puts `***` in the place of every one of `secrets` in every text of `content`, also of one that
/// has another in it. What is shorter than four bytes is left: it would be found everywhere.
void hide(boost::json::value& content, std::vector<std::string> secrets);

}  // namespace ripcord::evidence
