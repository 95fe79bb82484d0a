#include "tests/tidy/repository.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace ripcord::tidy {
namespace {

namespace fs = std::filesystem;

/// Turns comments and the contents of literals into spaces; ends of lines stay.
class Blanker {
 public:
  explicit Blanker(std::string text) : text_(std::move(text)) {}

  std::string blanked() {
    while (at_ < text_.size()) {
      const std::string_view rest = std::string_view(text_).substr(at_);
      if (rest.starts_with("//")) {
        blank_until("\n", 0);
      } else if (rest.starts_with("/*")) {
        blank_until("*/", 2);
      } else if (rest.starts_with("R\"") && !is_word_letter(before())) {
        blank_raw_literal();
      } else if (rest.front() == '"' || (rest.front() == '\'' && !is_word_letter(before()))) {
        blank_literal(rest.front());
      } else {
        ++at_;
      }
    }
    return std::move(text_);
  }

 private:
  [[nodiscard]] char before() const { return at_ == 0 ? '\n' : text_[at_ - 1]; }

  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }

  void blank_until(std::string_view end, std::size_t extra) {
    const std::size_t found = text_.find(end, at_ + extra);
    blank_to(found == std::string::npos ? text_.size() : found + extra);
  }

  void blank_raw_literal() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string::npos) {
      blank_to(text_.size());
      return;
    }
    const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    const std::size_t found = text_.find(close, open);
    blank_to(found == std::string::npos ? text_.size() : found + close.size());
  }

  void blank_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2U : 1U;
    }
    ++at_;
    blank_to(std::min(end, text_.size()));
    at_ = std::min(at_ + 1, text_.size());
  }

  std::string text_;
  std::size_t at_ = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Takes the #include of a line, if there is one.
void collect_include(const std::string& line, std::size_t number, std::vector<Include>& includes) {
  if (!line.starts_with("#include ")) return;
  const std::size_t open = line.find_first_of("\"<");
  if (open == std::string::npos) return;
  const std::size_t close = line.find_first_of("\">", open + 1);
  if (close == std::string::npos) return;
  includes.push_back({number, line.substr(open + 1, close - open - 1), line[open] == '"'});
}

std::string read_file(const fs::path& path) {
  const std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool is_text(const std::string& path) {
  constexpr std::array endings{".cpp",  ".hpp",     ".txt",    ".cmake", ".md",    ".sh",
                               ".bats", ".toml",    ".json",   ".conf",  ".rules", ".yml",
                               ".yaml", ".service", ".socket", ".timer", ".html",  ".css",
                               ".js",   ".svg",     "/dev",    ".ci/run"};
  // Seeds of the fuzz targets are what they are.
  if (path.starts_with("tests/fuzz/corpus/")) return false;
  return path == "dev" || path.starts_with(".clang-") ||
         std::ranges::any_of(endings, [&](const char* ending) { return path.ends_with(ending); });
}

}  // namespace

bool is_word_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

File file_of(std::string path, std::string text) {
  File file{
      .path = std::move(path), .text = std::move(text), .lines = {}, .code = {}, .includes = {}};
  file.lines = lines_of(file.text);
  if (!file.is_cpp()) return file;
  file.code = lines_of(Blanker(file.text).blanked());
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (!file.code[i].starts_with("#include")) continue;
    collect_include(file.lines[i], i + 1, file.includes);
    file.code[i].clear();
  }
  return file;
}

Repository repository_of(std::vector<File> files) {
  Repository repository{.files = std::move(files), .paths = {}, .floors = {}};
  for (const File& file : repository.files) {
    for (fs::path path = file.path; !path.empty(); path = path.parent_path()) {
      repository.paths.insert(path.string());
    }
  }
  return repository;
}

Repository read_repository(const std::string& root, const std::string& floors_file) {
  Repository repository;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const std::string path = fs::relative(entry->path(), root).string();
    if (path == ".git" || path == ".cache" || path == "build") {
      entry.disable_recursion_pending();
      continue;
    }
    repository.paths.insert(path);
    if (entry->is_regular_file() && is_text(path)) {
      repository.files.push_back(file_of(path, read_file(entry->path())));
    }
  }
  std::ranges::sort(repository.files, {}, &File::path);
  repository.floors = parse_floors(read_file(floors_file));
  return repository;
}

std::map<std::string, std::set<std::string>> parse_floors(std::string_view text) {
  std::map<std::string, std::set<std::string>> floors;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::set<std::string>& needs = floors[line.substr(0, colon)];
    std::istringstream names(line.substr(colon + 1));
    for (std::string name; names >> name;) needs.insert(name);
  }
  return floors;
}

std::string to_string(const Finding& finding) {
  if (finding.line == 0) return finding.file + ": " + finding.message;
  return finding.file + ":" + std::to_string(finding.line) + ": " + finding.message;
}

}  // namespace ripcord::tidy
