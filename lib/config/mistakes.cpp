#include "config/mistakes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ripcord::config {
namespace {

constexpr std::size_t shown_max = 1000;

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = printable(diagnostic.file);
  if (diagnostic.line != 0) text += fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
  text += ": ";
  if (!diagnostic.key.empty()) text += diagnostic.key + ": ";
  return text + diagnostic.message;
}

std::string to_string(const Place& place, const std::vector<SourceFile>& files) {
  return fmt::format("{}:{}:{}", printable(files.at(place.file).path), place.line, place.column);
}

void Mistakes::note(Place place, std::string key, std::string message) {
  noted_.push_back({place, std::move(key), std::move(message)});
}

std::vector<Diagnostic> Mistakes::in_order(const std::vector<SourceFile>& files) const {
  std::vector<Noted> sorted = noted_;
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());

  std::vector<Diagnostic> diagnostics;
  for (const Noted& noted : sorted) {
    if (diagnostics.size() == shown_max) {
      diagnostics.push_back(
          {.file = files.at(noted.place.file).path,
           .key = "",
           .message = plural(sorted.size() - shown_max, "further mistake") + " not shown"});
      break;
    }
    diagnostics.push_back({.file = files.at(noted.place.file).path,
                           .line = noted.place.line,
                           .column = noted.place.column,
                           .key = noted.key,
                           .message = noted.message});
  }
  return diagnostics;
}

}  // namespace ripcord::config
