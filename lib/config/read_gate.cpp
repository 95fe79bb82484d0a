#include "config/read_gate.hpp"

#include "act/minder.hpp"
#include "base/text.hpp"
#include "config/read_http_target.hpp"
#include "config/read_size.hpp"
#include "config/read_step.hpp"
#include "net/load_time_zone.hpp"
#include "net/url.hpp"
#include "probe/docker/docker_probe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using gate::Settings;

constexpr Range<Duration> timeout_range{1ms, 10min};
constexpr Range<Duration> age_range{1s, 366 * 24h};
constexpr Range<double> any_number{std::numeric_limits<double>::lowest(),
                                   std::numeric_limits<double>::max()};
constexpr std::size_t item_bytes_max = 200;

/// What the command of a gate is told besides, in so many variables and an argument, each of at
/// most so many bytes, fits into the order as well.
constexpr std::size_t facts_max = 6;
constexpr std::size_t fact_bytes = 1024;

/// `"x" is not there; did you mean "y"?`, or what there is.
std::string no_such(std::string_view what, const std::string& name,
                    const std::vector<std::string>& names) {
  const std::string near = nearest(name, names);
  if (!near.empty()) {
    return fmt::format("there is no {} {}; did you mean \"{}\"?", what, in_quotes(name), near);
  }
  return fmt::format("there is no {} {}; there {}", what, in_quotes(name),
                     names.empty() ? "is none" : fmt::format("are {}", fmt::join(names, ", ")));
}

std::vector<std::string> names_of(const std::vector<ReadProbe>& probes) {
  std::vector<std::string> names;
  names.reserve(probes.size());
  for (const ReadProbe& probe : probes) names.push_back(probe.settings.name);
  return names;
}

const ReadProbe* find_probe(TableReader& table, const std::vector<ReadProbe>& probes) {
  const std::string name = table.text("probe", "");
  if (!table.has("probe") || !table.is_good({"probe"})) return nullptr;
  const auto found =
      std::ranges::find(probes, name, [](const ReadProbe& probe) { return probe.settings.name; });
  if (found != probes.end()) return &*found;
  table.note("probe", no_such("probe", name, names_of(probes)));
  return nullptr;
}

gate::Command read_gate_command(TableReader& table, std::string_view run, Duration timeout) {
  act::StepCommand command = read_command(table, run);
  if (table.has(run) && table.is_good({run, "env"})) {
    act::StepCommand longest = command;
    for (std::size_t i = 0; i < facts_max; ++i) {
      longest.env.emplace_back("RIPCORD_PREVIOUS_VERSION", std::string(fact_bytes, 'x'));
    }
    if (const auto checked = act::check_mindable(longest); !checked) {
      table.note(run, checked.error().message);
    }
  }
  return {.run = std::move(command.run),
          .user = std::move(command.user),
          .workdir = std::move(command.workdir),
          .env = std::move(command.env),
          .timeout = timeout};
}

/// A command that need not be there; then nothing says who would run it.
std::optional<gate::Command> read_command_if_any(TableReader& table, std::string_view run,
                                                 Duration timeout) {
  gate::Command command = read_gate_command(table, run, timeout);
  if (table.has(run)) return command;
  for (const std::string_view key : {"user", "workdir", "env"}) {
    if (table.has(key)) table.note(key, fmt::format("has no use without {}", run));
  }
  return std::nullopt;
}

Settings read_backup(TableReader& table, GateSubjects /*subjects*/) {
  deploy::BackupRule rule;
  gate::BackupSource source;
  table.require("files");
  source.files = table.path("files", "");
  rule.max_age = table.duration("max_age", rule.max_age, age_range);
  rule.bytes_min =
      read_size(table, "size_min", rule.bytes_min, {0, std::numeric_limits<std::int64_t>::max()});
  source.timeout = table.duration("timeout", source.timeout, timeout_range);
  source.verify = read_command_if_any(table, "verify", source.timeout);
  rule.verify = source.verify.has_value();
  return {.gate = {.name = {}, .rule = rule}, .source = std::move(source)};
}

void read_ranges(TableReader& table, std::string_view key, std::vector<deploy::WeekRange>& weekly,
                 std::vector<deploy::DateRange>* dates) {
  for (const NamedText& written : table.texts(key)) {
    auto range = deploy::parse_range(written.text);
    if (!range) {
      table.note(key, written.place, range.error().message);
    } else if (auto* week = std::get_if<deploy::WeekRange>(&*range)) {
      weekly.push_back(std::move(*week));
    } else if (dates != nullptr) {
      dates->push_back(std::get<deploy::DateRange>(*std::move(range)));
    } else {
      table.note(
          key, written.place,
          fmt::format("{} is a date, and dates can only be denied", in_quotes(written.text)));
    }
  }
}

Settings read_window(TableReader& table, GateSubjects /*subjects*/) {
  deploy::WindowRule rule;
  table.require("timezone");
  const std::string zone = table.text("timezone", "UTC");
  if (table.is_good({"timezone"})) {
    if (auto loaded = net::load_time_zone(zone)) {
      rule.zone = *std::move(loaded);
    } else {
      table.note("timezone", loaded.error().message);
    }
  }
  read_ranges(table, "allow", rule.allow, nullptr);
  read_ranges(table, "deny", rule.deny, &rule.freezes);
  if (!table.is_good({"allow", "deny"})) return {.gate = {.name = {}, .rule = rule}, .source = {}};
  if (table.has("allow") && rule.allow.empty()) {
    table.note("allow", "is empty: leave it out to allow whatever is not denied");
  } else if (rule.allow.empty() && rule.deny.empty() && rule.freezes.empty()) {
    table.note("allow", "there is neither a range to allow nor one to deny: it would always pass");
  }
  return {.gate = {.name = {}, .rule = std::move(rule)}, .source = {}};
}

Settings read_exec(TableReader& table, GateSubjects /*subjects*/) {
  gate::ExecSource source;
  table.require("run");
  const Duration timeout = table.duration("timeout", source.command.timeout, timeout_range);
  source.command = read_gate_command(table, "run", timeout);
  return {.gate = {.name = {}, .rule = deploy::ExecRule{}}, .source = std::move(source)};
}

Settings read_healthy(TableReader& table, GateSubjects subjects) {
  if (subjects.probes.empty()) {
    table.note("type", "the service has no probe, so it would never be known to be healthy");
  }
  return {.gate = {.name = {}, .rule = deploy::HealthyRule{}}, .source = {}};
}

Settings read_quiet(TableReader& table, GateSubjects subjects) {
  deploy::QuietRule rule;
  gate::QuietSource source;
  for (const std::string_view key : {"probe", "value", "below"}) table.require(key);
  const ReadProbe* probe = find_probe(table, subjects.probes);
  source.value = table.text("value", "");
  rule.below = table.number("below", rule.below, any_number);
  if (probe != nullptr) {
    source.probe = probe->settings.name;
    rule.stale_after = probe->settings.timing.stale_after;
    const std::vector<std::string>& values = probe->settings.vocabulary.values;
    if (probe->is_good && table.has("value") && table.is_good({"value"}) &&
        std::ranges::find(values, source.value) == values.end()) {
      table.note("value", no_such("value", source.value, values));
    }
  }
  rule.stale_after = table.duration("stale_after", rule.stale_after, {1s, 24h});
  rule.value = fmt::format("{} of {}", source.value, source.probe);
  return {.gate = {.name = {}, .rule = std::move(rule)}, .source = std::move(source)};
}

Settings read_checklist(TableReader& table, GateSubjects /*subjects*/) {
  deploy::ChecklistRule rule;
  table.require("items");
  for (NamedText& item : table.texts("items")) {
    if (trim(item.text).empty() || item.text.size() > item_bytes_max ||
        printable(item.text, item_bytes_max) != item.text) {
      table.note("items", item.place,
                 fmt::format("{} is no item; write one line of at most {} bytes",
                             in_quotes(item.text), item_bytes_max));
    } else if (std::ranges::find(rule.items, item.text) != rule.items.end()) {
      table.note("items", item.place, fmt::format("{} stands there twice", in_quotes(item.text)));
    }
    rule.items.push_back(std::move(item.text));
  }
  if (table.has("items") && table.is_good({"items"}) && rule.items.empty()) {
    table.note("items", "is empty: it would always pass");
  }
  return {.gate = {.name = {}, .rule = std::move(rule)}, .source = {}};
}

void read_staging_url(TableReader& table, gate::StagingSource& source) {
  const std::string url = table.text("url", "");
  net::TlsSettings tls = read_tls(table);
  if (!table.is_good({"url"})) return;
  auto parsed = net::parse_http_url(url);
  if (!parsed) {
    table.note("url", parsed.error().message);
    return;
  }
  if (parsed->target.contains('?')) table.note("url", "has a query; write what stands before it");
  source.prefix = parsed->target;
  while (source.prefix.ends_with('/')) source.prefix.pop_back();
  if (parsed->place.tls) {
    parsed->place.tls = std::move(tls);
  } else {
    refuse_tls(table, "has no use with a url that is not https");
  }
  source.place = std::move(parsed->place);
}

Settings read_staging(TableReader& table, GateSubjects /*subjects*/) {
  deploy::StagingRule rule{.environment = table.text("environment", "staging"), .max_age = {}};
  gate::StagingSource source;
  source.service = table.text("service", "");
  if (table.has("service") && table.is_good({"service"}) && !is_name(source.service)) {
    table.note("service",
               fmt::format("{} is not the name of a service", in_quotes(source.service)));
  }
  if (table.has("max_age")) rule.max_age = table.duration("max_age", 24h, age_range);
  source.timeout = table.duration("timeout", source.timeout, timeout_range);
  source.token_file = read_file_path(table, "bearer_token_file");
  if (table.has("url") == table.has("file")) {
    table.note("url", table.has("url") ? "cannot be used together with file"
                                       : "is missing, and so is file: one of them must be there");
  } else if (table.has("url")) {
    read_staging_url(table, source);
  } else {
    source.file = table.path("file", "");
    if (table.has("bearer_token_file")) {
      table.note("bearer_token_file", "has no use without a url");
    }
    refuse_tls(table, "has no use without a url");
  }
  return {.gate = {.name = {}, .rule = std::move(rule)}, .source = std::move(source)};
}

bool sees_images(const ReadProbe& probe) {
  return std::holds_alternative<probe::DockerProbeSettings>(probe.kind);
}

/// The probe whose engine is asked for the image: the one that is named, else the only one.
void read_image_probe(TableReader& table, const std::vector<ReadProbe>& probes,
                      gate::ReadySource& source) {
  const ReadProbe* named = find_probe(table, probes);
  if (table.has("probe")) {
    if (named != nullptr && !sees_images(*named)) {
      table.note("probe", fmt::format("{} is no docker probe", in_quotes(named->settings.name)));
    } else if (named != nullptr) {
      source.probe = static_cast<std::uint32_t>(named - probes.data());
    }
    if (!table.has("image")) table.note("probe", "has no use without image");
    return;
  }
  const auto first = std::ranges::find_if(probes, sees_images);
  const auto count = std::ranges::count_if(probes, sees_images);
  if (count == 1) {
    source.probe = static_cast<std::uint32_t>(first - probes.begin());
  } else if (table.has("image")) {
    table.note("image", count == 0 ? "the service has no docker probe, whose engine could be asked"
                                   : "the service has several docker probes: name one as probe");
  }
}

Settings read_ready(TableReader& table, GateSubjects subjects) {
  deploy::ReadyRule rule{.programs = subjects.way_back};
  gate::ReadySource source;
  if (subjects.way_back.empty()) {
    table.note("type", "there is no rollback step, so it would never be ready");
  }
  source.image = table.text("image", "");
  rule.image = !source.image.empty();
  if (rule.image && !source.image.contains("{version}")) {
    table.note("image", R"(does not say where the version stands: write "name:{version}")");
  }
  read_image_probe(table, subjects.probes, source);
  rule.disk_bytes_min = read_size(table, "disk_min", rule.disk_bytes_min,
                                  {0, std::numeric_limits<std::int64_t>::max()});
  source.timeout = table.duration("timeout", source.timeout, timeout_range);
  source.database = read_command_if_any(table, "database", source.timeout);
  rule.database = source.database.has_value();
  return {.gate = {.name = {}, .rule = std::move(rule)}, .source = std::move(source)};
}

struct Kind {
  std::string_view type;
  const KeySet& keys;
  Settings (*read)(TableReader& table, GateSubjects subjects);
};
constexpr std::array kinds{
    Kind{"backup", backup_gate_keys, read_backup},
    Kind{"window", window_gate_keys, read_window},
    Kind{"exec", exec_gate_keys, read_exec},
    Kind{"healthy", healthy_gate_keys, read_healthy},
    Kind{"quiet", quiet_gate_keys, read_quiet},
    Kind{"checklist", checklist_gate_keys, read_checklist},
    Kind{"staging", staging_gate_keys, read_staging},
    Kind{"ready", ready_gate_keys, read_ready},
};

}  // namespace

std::vector<Settings> read_gates(TableReader& service, GateSubjects subjects, Mistakes& mistakes) {
  std::vector<Settings> gates;
  for (const NamedTable& from : service.tables("gate")) {
    const std::optional<std::string_view> type = read_type(from, gate_types, mistakes);
    if (!type) continue;
    const Kind& kind = *std::ranges::find(kinds, *type, &Kind::type);
    TableReader table(from, kind.keys, mistakes);
    Settings gate = kind.read(table, subjects);
    gate.gate.name = from.name;
    if (auto* staging = std::get_if<gate::StagingSource>(&gate.source)) {
      if (staging->service.empty()) staging->service = service.from().name;
    }
    table.reject_unknown_keys();
    gates.push_back(std::move(gate));
  }
  return gates;
}

std::vector<GateProgram> programs_of_gate(const NamedTable& from, Mistakes& mistakes) {
  const std::optional<std::string_view> type = read_type(from, gate_types, mistakes);
  if (!type) return {};
  TableReader table(from, std::ranges::find(kinds, *type, &Kind::type)->keys, mistakes);
  std::vector<GateProgram> programs;
  const auto add = [&](std::string_view key) {
    if (table.has(key)) programs.push_back({.key = key, .run = read_command(table, key).run});
  };
  if (*type == "exec") add("run");
  if (*type == "backup") add("verify");
  if (*type == "ready") add("database");
  return programs;
}

}  // namespace ripcord::config
