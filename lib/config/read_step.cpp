#include "config/read_step.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;

constexpr Range<Duration> timeout_range{1ms, 24h};
constexpr Range<Duration> grace_range{0s, 1h};

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         std::ranges::all_of(text, fits);
}

std::vector<std::string> read_run(TableReader& table) {
  std::vector<std::string> run;
  for (NamedText& argument : table.texts("run")) run.push_back(std::move(argument.text));
  if (!table.has("run") || !table.is_good({"run"})) return run;
  if (run.empty()) {
    table.note("run", R"(is empty; write ["/path/of/program", "argument"])");
  } else if (!run.front().starts_with('/')) {
    table.note("run", fmt::format("{} is not an absolute path", in_quotes(run.front())));
  }
  return run;
}

std::vector<std::pair<std::string, std::string>> read_env(TableReader& table) {
  std::vector<std::pair<std::string, std::string>> env;
  for (NamedText& variable : table.text_table("env")) {
    const std::string key = joined("env", variable.name);
    if (!is_variable_name(variable.name)) {
      table.note(key, variable.place,
                 "is not the name of a variable; write letters, digits and \"_\"");
    } else if (variable.name.starts_with("RIPCORD_")) {
      table.note(key, variable.place, "is set by ripcord itself");
    }
    env.emplace_back(std::move(variable.name), std::move(variable.text));
  }
  return env;
}

/// What a rollback step and a verify have in common.
Step read_common(TableReader& table, std::string name) {
  Step step{.recipe = {.name = std::move(name)}, .command = {}, .from = table.from()};
  step.command = read_command(table);
  step.command.timeout = table.duration("timeout", step.command.timeout, timeout_range);
  step.command.grace = table.duration("grace", step.command.grace, grace_range);
  step.recipe.timeout = step.command.timeout;
  step.recipe.grace = step.command.grace;
  step.recipe.idempotent = table.flag("idempotent", step.recipe.idempotent);
  return step;
}

Step read_rollback_step(const NamedTable& from, std::size_t index, Mistakes& mistakes) {
  TableReader table(from, step_keys, mistakes);
  Step step = read_common(table, table.text("name", fmt::format("rollback {}", index + 1)));
  constexpr std::size_t name_bytes_max = 64;
  if (step.recipe.name.size() > name_bytes_max) {
    table.note("name", fmt::format("is longer than {} bytes", name_bytes_max));
  }
  table.require("run");
  table.reject_unknown_keys();
  return step;
}

/// The tables of the rollback's steps.
std::vector<NamedTable> rollback_tables(TableReader& service, Mistakes& mistakes) {
  const std::optional<NamedTable> from = service.table("rollback");
  if (!from) return {};
  TableReader table(*from, rollback_keys, mistakes);
  std::vector<NamedTable> tables = table.table_list("step");
  table.reject_unknown_keys();
  return tables;
}

void check_health_fits(TableReader& service, TableReader& table, Duration settle,
                       const Verify& verify) {
  if (!service.is_good({"settle"}) || !table.is_good({"timeout", "healthy_for"})) return;
  if (verify.healthy_for + settle < verify.step.command.timeout) return;
  const std::string_view key = table.has("healthy_for") ? "healthy_for" : "timeout";
  table.note(key, fmt::format("healthy_for ({}) and settle ({}) together must be shorter than "
                              "timeout ({})",
                              ripcord::to_string(verify.healthy_for), ripcord::to_string(settle),
                              ripcord::to_string(verify.step.command.timeout)));
}

}  // namespace

act::StepCommand read_command(TableReader& table) {
  act::StepCommand command;
  command.run = read_run(table);
  command.user = table.text("user", "");
  command.workdir = table.path("workdir", "");
  command.env = read_env(table);
  return command;
}

std::vector<Step> read_rollback(TableReader& service, Mistakes& mistakes) {
  std::vector<Step> steps;
  for (const NamedTable& from : rollback_tables(service, mistakes)) {
    Step step = read_rollback_step(from, steps.size(), mistakes);
    const auto same = std::ranges::find(steps, step.recipe.name,
                                        [](const Step& other) { return other.recipe.name; });
    if (same != steps.end()) {
      TableReader(from, step_keys, mistakes)
          .note("name", fmt::format("{} is the name of another step", in_quotes(step.recipe.name)));
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Verify read_verify(TableReader& service, Duration settle, Mistakes& mistakes) {
  static const Table nothing;
  NamedTable from{"verify", joined(service.from().path, "verify"), service.from().place, &nothing};
  if (auto found = service.table("verify")) from = *std::move(found);

  TableReader table(from, verify_keys, mistakes);
  Verify verify{.step = read_common(table, "verify"), .healthy_for = settle};
  verify.healthy_for = table.duration("healthy_for", settle, {0s, 24h});
  check_health_fits(service, table, settle, verify);
  table.reject_unknown_keys();
  return verify;
}

std::optional<Step> read_one_step(const NamedTable& from, StepId step, Mistakes& mistakes) {
  TableReader service(from, service_keys, mistakes);
  if (step.kind == StepKind::verify) {
    const std::optional<NamedTable> verify = service.table("verify");
    if (!verify) return std::nullopt;
    TableReader table(*verify, verify_keys, mistakes);
    return read_common(table, "verify");
  }
  if (step.kind != StepKind::rollback) return std::nullopt;
  const std::vector<NamedTable> tables = rollback_tables(service, mistakes);
  if (step.index >= tables.size()) return std::nullopt;
  return read_rollback_step(tables[step.index], step.index, mistakes);
}

}  // namespace ripcord::config
