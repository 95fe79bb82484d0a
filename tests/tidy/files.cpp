#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace ripcord::tidy {
namespace {

namespace fs = std::filesystem;

bool is_built(const File& file) {
  return file.is_below("lib/") || file.is_below("daemon/") || file.is_below("tests/");
}

/// Whether `name` stands in the CMake text as an argument of its own.
bool is_argument(std::string_view text, std::string_view name) {
  constexpr std::string_view borders = " \n()\"";
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || borders.contains(text[at - 1]);
    if (begins && (end == text.size() || borders.contains(text[end]))) return true;
  }
  return false;
}

/// Whether a CMakeLists.txt names the file, from its own folder or from the top.
bool is_named(const Repository& repository, const File& file) {
  return std::ranges::any_of(repository.files, [&](const File& list) {
    if (!list.path.ends_with("CMakeLists.txt")) return false;
    const fs::path folder = fs::path(list.path).parent_path();
    return is_argument(list.text, fs::path(file.path).lexically_relative(folder).string()) ||
           is_argument(list.text, "${CMAKE_SOURCE_DIR}/" + file.path);
  });
}

bool is_document(const File& file) {
  return file.path == "README.md" || file.path == "CHANGELOG.md" ||
         file.path == "CONTRIBUTING.md" || (file.is_below("docs/") && file.path.ends_with(".md"));
}

/// `lib/a.{hpp,cpp}` means two paths.
std::vector<std::string> without_braces(const std::string& path) {
  const std::size_t open = path.find('{');
  const std::size_t close = path.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {path};
  std::vector<std::string> paths;
  std::size_t from = open + 1;
  while (from <= close) {
    const std::size_t to = std::min(path.find(',', from), close);
    paths.push_back(path.substr(0, open) + path.substr(from, to - from) + path.substr(close + 1));
    from = to + 1;
  }
  return paths;
}

/// Whether the text between back-ticks means a file or folder of the repository.
bool is_path(const Repository& repository, const std::string& text) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./{},@";
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || text.find_first_not_of(letters) != std::string::npos)
    return false;
  const std::string first = text.substr(0, slash);
  const bool is_source = text.ends_with(".hpp") || text.ends_with(".cpp") || text.ends_with('}');
  constexpr std::array tops{"lib",     "daemon", "tests", "docs", "etc",
                            "systemd", "cmake",  "dev.d", ".ci"};
  return std::ranges::find(tops, first) != tops.end() ||
         (is_source && repository.floors.contains(first));
}

/// Sources may be named from lib/, as an #include names them.
bool exists(const Repository& repository, std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return repository.paths.contains(path) || repository.paths.contains("lib/" + path);
}

void check_back_ticks(const Repository& repository, const File& file, std::size_t line,
                      Findings& found) {
  const std::string& text = file.lines[line];
  std::size_t open = text.find('`');
  while (open != std::string::npos) {
    const std::size_t close = text.find('`', open + 1);
    if (close == std::string::npos) return;
    const std::string quoted = text.substr(open + 1, close - open - 1);
    if (is_path(repository, quoted)) {
      for (const std::string& path : without_braces(quoted)) {
        if (!exists(repository, path))
          found.push_back({file.path, line + 1, "there is no " + path});
      }
    }
    open = text.find('`', close + 1);
  }
}

/// Links to other files of the repository: `](path#part)`, from the document's folder.
void check_links(const Repository& repository, const File& file, std::size_t line,
                 Findings& found) {
  const std::string& text = file.lines[line];
  for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
    const std::size_t end = text.find_first_of(")# ", at + 2);
    if (end == std::string::npos) return;
    const std::string target = text.substr(at + 2, end - at - 2);
    if (target.empty() || target.contains(':')) continue;
    const std::string path =
        (fs::path(file.path).parent_path() / target).lexically_normal().string();
    if (!exists(repository, path))
      found.push_back({file.path, line + 1, "links to " + path + ", which is not there"});
  }
}

}  // namespace

Findings dead_sources(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!is_built(file) || !file.path.ends_with(".cpp") || is_named(repository, file)) continue;
    found.push_back({file.path, 0, "no CMakeLists.txt names it"});
  }
  return found;
}

Findings dead_headers(const Repository& repository) {
  std::set<std::string> included;
  for (const File& file : repository.files) {
    const std::string folder = fs::path(file.path).parent_path().string() + "/";
    for (const Include& include : file.includes) {
      if (!include.quoted) continue;
      for (const std::string& from :
           {std::string(), std::string("lib/"), std::string("daemon/"), folder}) {
        const std::string path = fs::path(from + include.path).lexically_normal().string();
        if (path != file.path) included.insert(path);
      }
    }
  }
  Findings found;
  for (const File& file : repository.files) {
    if (!file.is_header() || included.contains(file.path)) continue;
    found.push_back({file.path, 0, "nobody includes it"});
  }
  return found;
}

Findings paths_in_docs(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!is_document(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      check_back_ticks(repository, file, i, found);
      check_links(repository, file, i, found);
    }
  }
  return found;
}

}  // namespace ripcord::tidy
