#include "act/environment.hpp"
#include "config/configuration.hpp"
#include "config/document.hpp"
#include "config/mistakes.hpp"
#include "config/read_gate.hpp"
#include "config/read_step.hpp"
#include "config/table_reader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

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

void note_at(const NamedTable& from, std::string_view key, std::string text, Mistakes& mistakes) {
  const Entry* entry = from.table->find(key);
  mistakes.note(entry == nullptr ? from.place : entry->node.place, joined(from.path, key),
                std::move(text));
}

void check(const NamedTable& from, std::string_view key, const std::vector<std::string>& run,
           Mistakes& mistakes) {
  if (run.empty()) return;
  const std::string& program = run.front();
  const std::string why = objection(program);
  if (!why.empty()) note_at(from, key, fmt::format("{} {}", in_quotes(program), why), mistakes);
}

void check_user(const Step& step, Mistakes& mistakes) {
  if (step.command.user.empty()) return;
  const Result<act::Account> account = act::account_named(step.command.user);
  if (!account) note_at(step.from, "user", account.error().message, mistakes);
}

void check_workdir(const Step& step, Mistakes& mistakes) {
  if (step.command.workdir.empty()) return;
  struct stat status{};
  if (::stat(step.command.workdir.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
  note_at(step.from, "workdir", fmt::format("{} is no directory", in_quotes(step.command.workdir)),
          mistakes);
}

void check(const Step& step, Mistakes& mistakes) {
  check(step.from, "run", step.command.run, mistakes);
  if (step.command.run.empty()) return;
  check_user(step, mistakes);
  check_workdir(step, mistakes);
}

void check_steps(TableReader& service, Mistakes& parsing, Mistakes& missing) {
  for (const Step& step : read_deploy(service, parsing)) check(step, missing);
  if (const std::optional<Step> shift = read_shift(service, parsing)) check(*shift, missing);
  for (const Step& step : read_rollback(service, parsing)) check(step, missing);
  check(read_verify(service, Duration{}, parsing).step, missing);
}

void check_gates(TableReader& service, Mistakes& parsing, Mistakes& missing) {
  for (const NamedTable& from : service.tables("gate")) {
    for (const GateProgram& program : programs_of_gate(from, parsing)) {
      check(from, program.key, program.run, missing);
    }
  }
}

void check_probes(TableReader& service, Mistakes& parsing, Mistakes& missing) {
  for (const NamedTable& from : service.tables("probe")) {
    if (read_type(from, probe_types, parsing) != exec_probe_keys.type) continue;
    TableReader probe(from, exec_probe_keys, parsing);
    check(from, "run", read_command(probe).run, missing);
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
    check_steps(service, parsing, missing);
    check_gates(service, parsing, missing);
    check_probes(service, parsing, missing);
  }
  return missing.in_order(configuration.files);
}

}  // namespace ripcord::config
