#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::tidy {

/// What a name of C++ is made of.
[[nodiscard]] bool is_word_letter(char c);

struct Include {
  std::size_t line = 0;
  std::string path;
  bool quoted = false;  ///< `"path"`, not `<path>`
};

/// One text file of the repository.
struct File {
  std::string path;  ///< from the top folder
  std::string text;
  std::vector<std::string> lines;  ///< of the text, without their ends

  /// C++ only. The same lines with comments, the contents of literals and #include lines turned
  /// into spaces, so that a word found here is code.
  std::vector<std::string> code;
  std::vector<Include> includes;  ///< C++ only

  [[nodiscard]] bool is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }
  [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
  [[nodiscard]] bool is_below(std::string_view folder) const { return path.starts_with(folder); }
};

/// `path` with `text` as a file: what a rule sees.
[[nodiscard]] File file_of(std::string path, std::string text);

/// All that the rules look at.
struct Repository {
  std::vector<File> files;
  std::set<std::string> paths;  ///< every file and folder, also those that are not text

  /// What each module of lib/ declares that it needs.
  std::map<std::string, std::set<std::string>> floors;
};

/// A repository of these files, for the tests of the rules.
[[nodiscard]] Repository repository_of(std::vector<File> files);

/// Reads the working tree at `root` and the modules that the configure wrote to `floors_file`.
[[nodiscard]] Repository read_repository(const std::string& root, const std::string& floors_file);

/// Lines of `module: dependency …`.
[[nodiscard]] std::map<std::string, std::set<std::string>> parse_floors(std::string_view text);

/// Something that a rule objects to. Line 0 is the whole file.
struct Finding {
  std::string file;
  std::size_t line = 0;
  std::string message;
};

/// `lib/x.cpp:12: message`.
[[nodiscard]] std::string to_string(const Finding& finding);

using Findings = std::vector<Finding>;

}  // namespace ripcord::tidy
