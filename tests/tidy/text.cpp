#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace ripcord::tidy {
namespace {

constexpr std::size_t columns_max = 100;

std::size_t lines_max(const File& file) {
  if (file.is_below("tests/")) return 500;
  return file.is_header() ? 250 : 400;
}

/// Characters, not bytes.
std::size_t width(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_script(const File& file) {
  return file.path.ends_with(".sh") || file.path.ends_with(".bats") || file.text.starts_with("#!");
}

bool is_cmake(const File& file) {
  return file.path.ends_with(".cmake") || file.path.ends_with("CMakeLists.txt");
}

/// Where `word` stands as a word of its own; npos when nowhere.
std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_letter(line[at - 1])) &&
        (end == line.size() || !is_word_letter(line[end])))
      return at;
  }
  return std::string_view::npos;
}

/// `(name): text` follows.
bool is_signed(std::string_view rest) {
  const std::size_t close = rest.find("): ");
  return rest.starts_with('(') && close != std::string_view::npos && close > 1 &&
         close + 3 < rest.size();
}

std::string blank_at(std::string_view line) {
  if (line.contains('\t')) return "a tab";
  if (line.ends_with('\r')) return "the end of a line of another system";
  if (line.ends_with(' ')) return "a blank at the end";
  if (line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")) return "the mark of a merge";
  return "";
}

}  // namespace

Findings file_length(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!file.is_cpp() || file.lines.size() <= lines_max(file)) continue;
    found.push_back(
        {file.path, 0,
         std::to_string(file.lines.size()) + " lines, at most " + std::to_string(lines_max(file))});
  }
  return found;
}

Findings line_width(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!file.is_cpp() && !is_script(file) && !is_cmake(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::size_t columns = width(file.lines[i]);
      if (columns <= columns_max) continue;
      found.push_back({file.path, i + 1, std::to_string(columns) + " columns, at most 100"});
    }
  }
  return found;
}

Findings pragma_once(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!file.is_header()) continue;
    const auto first = std::ranges::find_if(file.code, [](const std::string& line) {
      return line.find_first_not_of(' ') != std::string::npos;
    });
    if (first != file.code.end() && *first == "#pragma once") continue;
    found.push_back({file.path, 1, "does not begin with #pragma once"});
  }
  return found;
}

Findings markers(const Repository& repository) {
  // Written in two, so that this file does not contain them.
  static const std::string later = std::string("TO") + "DO";
  static const std::array never{std::string("FIX") + "ME", std::string("X") + "XX",
                                std::string("HA") + "CK"};
  Findings found;
  for (const File& file : repository.files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string_view line = file.lines[i];
      const std::size_t at = find_word(line, later);
      if (at != std::string_view::npos && !is_signed(line.substr(at + later.size()))) {
        found.push_back({file.path, i + 1, "write `" + later + "(name): what`, or do it"});
      }
      for (const std::string& marker : never) {
        if (find_word(line, marker) == std::string_view::npos) continue;
        found.push_back({file.path, i + 1, marker + ": do it, or say why not in a sentence"});
      }
    }
  }
  return found;
}

Findings blanks(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string blank = blank_at(file.lines[i]);
      if (!blank.empty()) found.push_back({file.path, i + 1, blank});
    }
    if (file.text.empty()) {
      found.push_back({file.path, 0, "is empty"});
    } else if (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
      found.push_back({file.path, file.lines.size(), "does not end with one end of line"});
    }
  }
  return found;
}

Findings machine_paths(const Repository& repository) {
  static const std::string place = std::string("/wo") + "rk/";
  Findings found;
  for (const File& file : repository.files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (!file.lines[i].contains(place)) continue;
      found.push_back({file.path, i + 1, place + " is a folder of one machine"});
    }
  }
  return found;
}

}  // namespace ripcord::tidy
