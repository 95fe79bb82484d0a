#include "act/minder.hpp"
#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "config/read_step.hpp"
#include "probe/exec/exec_probe.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord::config {
namespace {

bool read_warning(TableReader& table) {
  const std::string warning = table.text("warning", "good");
  if (warning != "good" && warning != "bad") {
    table.note("warning", fmt::format(R"({} is neither "good" nor "bad")", in_quotes(warning)));
  }
  return warning == "bad";
}

std::vector<probe::PerformanceName> read_values(TableReader& table) {
  std::vector<probe::PerformanceName> values;
  for (NamedText& value : table.text_table("values")) {
    const std::string key = joined("values", value.name);
    if (!is_value_name(value.name)) {
      table.note(key, value.place, "is not the name of a value; write a-z, 0-9 and \"_\"");
    } else if (value.text.empty()) {
      table.note(key, value.place, "is empty; write a label of the performance data");
    }
    values.push_back({.value = std::move(value.name), .label = std::move(value.text)});
  }
  return values;
}

}  // namespace

ReadProbe read_exec_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, exec_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  table.require("run");
  act::StepCommand command = read_command(table);
  if (table.is_good({"run", "env"})) {
    if (const auto checked = act::check_mindable(command); !checked) {
      table.note("run", checked.error().message);
    }
  }
  probe::ExecProbeSettings exec{.command = {.run = std::move(command.run),
                                            .user = std::move(command.user),
                                            .workdir = std::move(command.workdir),
                                            .env = std::move(command.env)},
                                .warning_is_bad = read_warning(table),
                                .values = read_values(table),
                                .timeout = timing.timeout};
  table.reject_unknown_keys();
  return {.settings = {.name = from.name, .timing = timing, .vocabulary = vocabulary_of(exec)},
          .kind = std::move(exec),
          .from = from,
          .is_good = table.is_good() && is_name(from.name)};
}

}  // namespace ripcord::config
