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

/// A list of steps: `[[service.NAME.deploy.step]]` or `[[service.NAME.rollback.step]]`.
struct StepList {
  std::string_view key;
  const KeySet& keys;
  const KeySet& step_keys;
};
constexpr StepList deploy_list{.key = "deploy", .keys = deploy_keys, .step_keys = deploy_step_keys};
constexpr StepList rollback_list{.key = "rollback", .keys = rollback_keys, .step_keys = step_keys};

bool is_variable_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         std::ranges::all_of(text, fits);
}

std::vector<std::string> read_run(TableReader& table, std::string_view key) {
  std::vector<std::string> run;
  for (NamedText& argument : table.texts(key)) run.push_back(std::move(argument.text));
  if (!table.has(key) || !table.is_good({key})) return run;
  if (run.empty()) {
    table.note(key, R"(is empty; write ["/path/of/program", "argument"])");
  } else if (!run.front().starts_with('/')) {
    table.note(key, fmt::format("{} is not an absolute path", in_quotes(run.front())));
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

/// What every step has.
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

Step read_listed_step(const StepList& list, const NamedTable& from, std::size_t index,
                      Mistakes& mistakes) {
  TableReader table(from, list.step_keys, mistakes);
  Step step = read_common(table, table.text("name", fmt::format("{} {}", list.key, index + 1)));
  constexpr std::size_t name_bytes_max = 64;
  if (step.recipe.name.size() > name_bytes_max) {
    table.note("name", fmt::format("is longer than {} bytes", name_bytes_max));
  }
  table.require("run");
  table.reject_unknown_keys();
  return step;
}

/// The tables of the steps of a list.
std::vector<NamedTable> tables_of(const StepList& list, TableReader& service, Mistakes& mistakes) {
  const std::optional<NamedTable> from = service.table(list.key);
  if (!from) return {};
  TableReader table(*from, list.keys, mistakes);
  std::vector<NamedTable> tables = table.table_list("step");
  table.reject_unknown_keys();
  return tables;
}

std::vector<Step> read_list(const StepList& list, TableReader& service, Mistakes& mistakes) {
  std::vector<Step> steps;
  for (const NamedTable& from : tables_of(list, service, mistakes)) {
    Step step = read_listed_step(list, from, steps.size(), mistakes);
    const auto same = std::ranges::find(steps, step.recipe.name,
                                        [](const Step& other) { return other.recipe.name; });
    if (same != steps.end()) {
      TableReader(from, list.step_keys, mistakes)
          .note("name", fmt::format("{} is the name of another step", in_quotes(step.recipe.name)));
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Step read_shift_from(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, shift_keys, mistakes);
  Step step = read_common(table, "shift");
  table.require("run");
  table.reject_unknown_keys();
  return step;
}

std::optional<Step> read_one_of(const StepList& list, TableReader& service, StepId step,
                                Mistakes& mistakes) {
  const std::vector<NamedTable> tables = tables_of(list, service, mistakes);
  if (step.index >= tables.size()) return std::nullopt;
  return read_listed_step(list, tables[step.index], step.index, mistakes);
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

act::StepCommand read_command(TableReader& table, std::string_view run) {
  act::StepCommand command;
  command.run = read_run(table, run);
  command.user = table.text("user", "");
  command.workdir = table.path("workdir", "");
  command.env = read_env(table);
  return command;
}

std::vector<Step> read_deploy(TableReader& service, Mistakes& mistakes) {
  return read_list(deploy_list, service, mistakes);
}

std::optional<Step> read_shift(TableReader& service, Mistakes& mistakes) {
  const std::optional<NamedTable> from = service.table("shift");
  if (!from) return std::nullopt;
  return read_shift_from(*from, mistakes);
}

std::vector<Step> read_rollback(TableReader& service, Mistakes& mistakes) {
  return read_list(rollback_list, service, mistakes);
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
  switch (step.kind) {
    case StepKind::deploy:
      return read_one_of(deploy_list, service, step, mistakes);
    case StepKind::shift:
      return read_shift(service, mistakes);
    case StepKind::rollback:
      return read_one_of(rollback_list, service, step, mistakes);
    case StepKind::verify:
      break;
  }
  const std::optional<NamedTable> verify = service.table("verify");
  if (!verify) return std::nullopt;
  TableReader table(*verify, verify_keys, mistakes);
  return read_common(table, "verify");
}

}  // namespace ripcord::config
