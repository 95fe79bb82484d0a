#include "probe/exec/exec_probe.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ripcord::probe {
namespace {

constexpr std::size_t reason_bytes = 300;

constexpr int ok = 0;
constexpr int warning = 1;
constexpr int critical = 2;

std::string name_of(int code) {
  constexpr std::array<std::string_view, 4> names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  const bool is_known = code >= ok && static_cast<std::size_t>(code) < names.size();
  return is_known ? std::string(names.at(static_cast<std::size_t>(code)))
                  : fmt::format("exit code {}", code);
}

/// `"CRITICAL: text"`, or the text alone where it says so itself, as plugins do.
std::string with_name(int code, const std::string& text) {
  const std::string name = name_of(code);
  if (text.empty()) return name;
  if (text.contains(name)) return printable(text, reason_bytes);
  return printable(fmt::format("{}: {}", name, text), reason_bytes);
}

}  // namespace

Vocabulary vocabulary_of(const ExecProbeSettings& settings) {
  Vocabulary vocabulary;
  for (const PerformanceName& name : settings.values) vocabulary.values.push_back(name.value);
  return vocabulary;
}

ExecProbe::ExecProbe(net::Clock& clock, CommandRunner& runner, ExecProbeSettings settings)
    : clock_(clock), runner_(runner), settings_(std::move(settings)) {}

boost::asio::awaitable<Sample> ExecProbe::take() {
  const Instant started = clock_.now();
  Command command = settings_.command;
  const Result<CommandEnd> end = co_await runner_.run(std::move(command), settings_.timeout);
  details_.clear();
  Sample sample{
      .taken_at = started, .latency = clock_.now() - started, .reason = {}, .readings = {}};
  if (end) {
    judge(*end, sample);
  } else {
    sample.reason = printable(end.error().message, reason_bytes);
  }
  co_return sample;
}

void ExecProbe::judge(const CommandEnd& end, Sample& sample) {
  const PluginOutput output = parse_plugin_output(end.output);
  switch (end.outcome) {
    case CommandOutcome::exited:
      judge_exit(end.code, output, sample);
      break;
    case CommandOutcome::timed_out:
      sample.outcome = Outcome::bad;
      sample.latency_kind = LatencyKind::at_least;
      sample.reason = fmt::format("timeout: not done after {}", for_people(settings_.timeout));
      break;
    case CommandOutcome::signalled:
      sample.reason = fmt::format("it was ended by signal {}", end.code);
      break;
    case CommandOutcome::refused:
      sample.reason = printable(end.note, reason_bytes);
      break;
  }
  if (!output.text.empty()) note("output", output.text);
  if (output.unreadable > 0) {
    note("performance data",
         fmt::format("{} of it could not be read", plural(output.unreadable, "piece")));
  }
  if (!end.note.empty()) note("note", printable(end.note, reason_bytes));
}

void ExecProbe::judge_exit(int code, const PluginOutput& output, Sample& sample) {
  note("exit code", fmt::format("{} ({})", code, name_of(code)));
  const bool is_good = code == ok || (code == warning && !settings_.warning_is_bad);
  const bool is_known = is_good || code == warning || code == critical;
  if (!is_good) sample.reason = with_name(code, output.text);
  if (!is_known) return;
  sample.outcome = is_good ? Outcome::good : Outcome::bad;
  sample.latency_kind = LatencyKind::measured;
  read_values(output, sample);
}

void ExecProbe::read_values(const PluginOutput& output, Sample& sample) {
  for (std::size_t i = 0; i < settings_.values.size(); ++i) {
    const PerformanceName& name = settings_.values[i];
    const auto value = std::ranges::find(output.performance, name.label, &PerformanceValue::label);
    if (value == output.performance.end()) {
      note(name.value, fmt::format("not known: there is no \"{}\" in the performance data",
                                   printable(name.label, 64)));
      continue;
    }
    sample.readings.push_back({.value = static_cast<std::uint16_t>(i), .number = value->number});
    note(name.value, fmt::format("{:.6g}", value->number));
  }
  for (const PerformanceValue& value : output.performance) {
    if (std::ranges::find(settings_.values, value.label, &PerformanceName::label) ==
        settings_.values.end()) {
      note("unused: " + printable(value.label, 64), fmt::format("{:.6g}", value.number));
    }
  }
}

void ExecProbe::note(std::string name, std::string text) {
  details_.push_back({.name = std::move(name), .text = std::move(text)});
}

}  // namespace ripcord::probe
