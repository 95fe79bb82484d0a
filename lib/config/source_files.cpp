#include "config/source_files.hpp"

#include "config/file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace ripcord::config {
namespace {

/// Ten thousand services take four.
constexpr std::size_t file_bytes_max = 16UL * 1024 * 1024;

/// The names of the drop-in files, sorted. No directory is the same as an empty one.
Result<std::vector<std::string>> drop_ins(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) return system_failure("read it", error.value());

  std::vector<std::string> names;
  while (at != std::filesystem::directory_iterator()) {
    std::string name = at->path().filename().string();
    if (name.ends_with(".toml") && !name.starts_with('.')) names.push_back(std::move(name));
    at.increment(error);
    if (error) return system_failure("read it", error.value());
  }
  std::ranges::sort(names);
  return names;
}

/// Notes that the file which is appended next could not be read.
void note_unreadable(const std::vector<SourceFile>& files, const Error& error, Mistakes& mistakes) {
  mistakes.note({.file = static_cast<std::uint32_t>(files.size())}, "", error.message);
}

}  // namespace

Result<std::vector<SourceFile>> read_sources(const std::filesystem::path& file,
                                             Mistakes& mistakes) {
  Result<std::string> main_text = read_text(file, file_bytes_max);
  if (!main_text) return std::unexpected(main_text.error());
  std::vector<SourceFile> files;
  files.push_back({"ripcord.toml", file.string(), *std::move(main_text)});

  const std::filesystem::path directory = file.parent_path() / "conf.d";
  const Result<std::vector<std::string>> names = drop_ins(directory);
  if (!names) {
    note_unreadable(files, names.error(), mistakes);
    files.push_back({"conf.d", directory.string(), ""});
    return files;
  }
  for (const std::string& name : *names) {
    Result<std::string> text = read_text(directory / name, file_bytes_max);
    if (!text) note_unreadable(files, text.error(), mistakes);
    files.push_back({"conf.d/" + name, (directory / name).string(), std::move(text).value_or("")});
  }
  return files;
}

}  // namespace ripcord::config
