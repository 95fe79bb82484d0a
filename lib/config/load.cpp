#include "base/contract.hpp"
#include "config/configuration.hpp"
#include "config/document.hpp"
#include "config/load_text.hpp"
#include "config/mistakes.hpp"
#include "config/read_receiver.hpp"
#include "config/readers.hpp"
#include "config/source_files.hpp"
#include "config/table_reader.hpp"

#include <utility>

namespace ripcord::config {
namespace {

using Loaded = std::expected<Configuration, std::vector<Diagnostic>>;

Configuration read_configuration(const Table& root, Mistakes& mistakes) {
  TableReader table(NamedTable{.name = "", .path = "", .place = {}, .table = &root}, root_keys,
                    mistakes);
  Configuration configuration;
  configuration.daemon = read_daemon(table, mistakes);
  configuration.daemon.evidence = read_evidence(table, mistakes);
  configuration.api = read_api(table, configuration.daemon, mistakes);
  for (const NamedTable& service : table.tables("service")) {
    configuration.services.push_back(read_service(service, mistakes));
  }
  configuration.receivers = read_receivers(table, mistakes);
  table.reject_unknown_keys();
  return configuration;
}

Loaded load_noting(std::vector<SourceFile> files, Mistakes mistakes) {
  const Table root = parse_files(files, mistakes);
  Configuration configuration = read_configuration(root, mistakes);
  if (!mistakes.empty()) return std::unexpected(mistakes.in_order(files));
  configuration.fingerprint = fingerprint_of(files);
  configuration.files = std::move(files);
  return configuration;
}

}  // namespace

Loaded load(const std::filesystem::path& file) {
  Mistakes mistakes;
  Result<std::vector<SourceFile>> files = read_sources(file, mistakes);
  if (!files) {
    return std::unexpected(std::vector{
        Diagnostic{.file = file.string(), .key = "", .message = files.error().message}});
  }
  return load_noting(*std::move(files), std::move(mistakes));
}

Loaded load_files(std::vector<SourceFile> files) {
  RIPCORD_CONTRACT(!files.empty());
  return load_noting(std::move(files), {});
}

Loaded load_text(std::string name, std::string text) {
  std::vector<SourceFile> files;
  files.push_back({.name = "ripcord.toml", .path = std::move(name), .text = std::move(text)});
  return load_files(std::move(files));
}

}  // namespace ripcord::config
