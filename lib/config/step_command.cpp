#include "config/step_command.hpp"

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/mistakes.hpp"
#include "config/read_step.hpp"
#include "config/source_files.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

/// The table of the service; nothing when there is none.
std::optional<NamedTable> find_service(const Table& root, const std::string& name) {
  NamedTable found{.name = "", .path = "", .place = {}, .table = &root};
  for (const std::string& key : {std::string("service"), name}) {
    const Entry* entry = found.table->find(key);
    if (entry == nullptr) return std::nullopt;
    const auto* table = std::get_if<Table>(&entry->node.value);
    if (table == nullptr) return std::nullopt;
    found = {key, joined(found.path, key), entry->node.place, table};
  }
  return found;
}

std::string all_of(const Mistakes& mistakes, const std::vector<SourceFile>& files) {
  std::string text;
  for (const Diagnostic& diagnostic : mistakes.in_order(files)) {
    text += (text.empty() ? "" : "; ") + to_string(diagnostic);
  }
  return printable(text, 1000);
}

}  // namespace

Result<act::StepCommand> load_command(const std::filesystem::path& file, const std::string& service,
                                      StepId step) {
  const std::string shown = printable(file.string());
  Mistakes mistakes;
  const Result<std::vector<SourceFile>> files = read_sources(file, mistakes);
  if (!files) {
    return failure(files.error().fault, fmt::format("{}: {}", shown, files.error().message));
  }
  const Table root = parse_files(*files, mistakes);
  if (!mistakes.empty()) return failure(Fault::malformed, all_of(mistakes, *files));

  const std::optional<NamedTable> found = find_service(root, service);
  if (!found) {
    return failure(Fault::missing, fmt::format("{} has no service {}", shown, in_quotes(service)));
  }
  std::optional<Step> read = read_one_step(*found, step, mistakes);
  if (!mistakes.empty()) return failure(Fault::malformed, all_of(mistakes, *files));
  if (!read || read->command.run.empty()) {
    return failure(Fault::missing, fmt::format("{}: {} has no step {}", shown, found->path,
                                               ripcord::to_string(step)));
  }
  return std::move(read->command);
}

}  // namespace ripcord::config
