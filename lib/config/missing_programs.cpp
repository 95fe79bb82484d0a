#include "config/configuration.hpp"
#include "config/document.hpp"
#include "config/mistakes.hpp"
#include "config/read_step.hpp"
#include "config/table_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <sys/stat.h>
#include <system_error>

namespace ripcord::config {
namespace {

/// Why `program` cannot be started by anybody; empty when nothing speaks against it. Whether the
/// step's own user may start it, only that user can find out.
std::string objection(const std::string& program) {
  struct stat status{};
  if (::stat(program.c_str(), &status) != 0) {
    return errno == ENOENT ? "does not exist" : std::generic_category().message(errno);
  }
  if (!S_ISREG(status.st_mode)) return "is not a file";
  constexpr mode_t executable = S_IXUSR | S_IXGRP | S_IXOTH;
  return (status.st_mode & executable) == 0 ? "is not executable" : "";
}

void check(const NamedTable& from, const act::StepCommand& command, Mistakes& mistakes) {
  if (command.run.empty()) return;
  const std::string& program = command.run.front();
  const std::string why = objection(program);
  if (why.empty()) return;
  const Entry* run = from.table->find("run");
  mistakes.note(run == nullptr ? from.place : run->node.place, joined(from.path, "run"),
                fmt::format("{} {}", in_quotes(program), why));
}

void check(const Step& step, Mistakes& mistakes) {
  check(step.from, step.command, mistakes);
}

void check_probes(TableReader& service, Mistakes& parsing, Mistakes& missing) {
  for (const NamedTable& from : service.tables("probe")) {
    if (read_type(from, probe_types, parsing) != exec_probe_keys.type) continue;
    TableReader probe(from, exec_probe_keys, parsing);
    check(from, read_command(probe), missing);
  }
}

}  // namespace

std::vector<Diagnostic> missing_programs(const Configuration& configuration) {
  Mistakes parsing;  // there are none: the same texts have been read before
  const Table root = parse_files(configuration.files, parsing);
  TableReader table(NamedTable{.name = "", .path = "", .place = {}, .table = &root}, root_keys,
                    parsing);
  Mistakes missing;
  for (const NamedTable& from : table.tables("service")) {
    TableReader service(from, service_keys, parsing);
    for (const Step& step : read_rollback(service, parsing)) check(step, missing);
    check(read_verify(service, Duration{}, parsing).step, missing);
    check_probes(service, parsing, missing);
  }
  return missing.in_order(configuration.files);
}

}  // namespace ripcord::config
