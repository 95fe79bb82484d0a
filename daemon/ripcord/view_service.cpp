#include "api/words.hpp"
#include "base/text.hpp"
#include "model/run.hpp"
#include "ripcord/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

namespace ripcord::cli {
namespace {

constexpr std::size_t bar_width = 10;
constexpr std::size_t output_lines_max = 5;

Tone tone_of(Outcome outcome) {
  if (outcome == Outcome::good) return Tone::good;
  return outcome == Outcome::bad ? Tone::bad : Tone::warning;
}

Tone tone_of(FindingState state) {
  switch (state) {
    case FindingState::pass:
      return Tone::good;
    case FindingState::tripped:
      return Tone::bad;
    case FindingState::pending:
    case FindingState::no_data:
      break;
  }
  return Tone::warning;
}

Tone tone_of(deploy::GateState state) {
  switch (state) {
    case deploy::GateState::passed:
      return Tone::good;
    case deploy::GateState::overridden:
      return Tone::warning;
    case deploy::GateState::refused:
      break;
  }
  return Tone::bad;
}

Tone health_tone(const engine::ServiceSnapshot& service) {
  Tone tone = Tone::good;
  for (const engine::TriggerSnapshot& trigger : service.triggers) {
    tone = std::max(tone, tone_of(trigger.finding.state));
  }
  return tone;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string latency_text(const Sample& sample) {
  if (sample.latency_kind == LatencyKind::none) return "";
  const std::string text = for_people(sample.latency);
  return sample.latency_kind == LatencyKind::at_least ? "> " + text : text;
}

/// `[======    ]`
std::string bar(double progress) {
  const double bounded = std::isnan(progress) ? 0 : std::clamp(progress, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::floor(bounded * bar_width));
  return fmt::format("[{}{}]", std::string(full, '='), std::string(bar_width - full, ' '));
}

std::vector<Span> probe_row(const engine::ProbeSnapshot& probe) {
  if (!probe.last) return {{probe.name}, {"no sample yet", Tone::faint}};
  std::vector<Span> row{{probe.name},
                        {std::string(to_string(probe.last->outcome)), tone_of(probe.last->outcome)},
                        {latency_text(*probe.last)}};
  if (!probe.last->reason.empty()) row.push_back({probe.last->reason});
  return row;
}

std::vector<Span> trigger_row(const engine::TriggerSnapshot& trigger) {
  const FindingState state = trigger.finding.state;
  std::vector<Span> row{{trigger.name},
                        {bar(trigger.finding.progress), tone_of(state)},
                        {std::string(to_string(state)), tone_of(state)},
                        {trigger.reason}};
  const bool comes_nearer = state == FindingState::pending && trigger.time_to_trip;
  if (comes_nearer) {
    row.back().text += fmt::format(" (trips in {})", for_people(*trigger.time_to_trip));
  }
  if (trigger.preexisting) row.back().text += " (bad since before: has no say yet)";
  return row;
}

void append(Lines& lines, Lines more) {
  std::ranges::move(more, std::back_inserter(lines));
}

/// `"2 good, 1 bad"`.
std::string probes_in_words(const engine::ServiceSnapshot& service) {
  std::size_t good = 0;
  std::size_t bad = 0;
  for (const engine::ProbeSnapshot& probe : service.probes) {
    if (!probe.last) continue;
    if (probe.last->outcome == Outcome::good) ++good;
    if (probe.last->outcome == Outcome::bad) ++bad;
  }
  std::string text;
  const auto add = [&text](std::size_t count, std::string_view what) {
    if (count == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(good, "good");
  add(bad, "bad");
  add(service.probes.size() - good - bad, "unknown");
  return or_dash(text);
}

void add_troubles(Lines& lines, const api::DaemonView& daemon) {
  if (!daemon.ready) lines.push_back({{"the daemon is still starting", Tone::warning}});
  if (!daemon.journal_trouble.empty()) {
    lines.push_back({{"the journal cannot be written: " + daemon.journal_trouble, Tone::bad}});
  }
  if (!daemon.last_reload_succeeded) {
    lines.push_back(
        {{"the last reload failed: the configuration before it is in force", Tone::warning}});
  }
}

/// The last lines of what the running step has put out.
void add_running(Lines& lines, const api::DeploymentView& view, Instant now) {
  const auto running = std::ranges::find_if(view.runs, [](const auto& run) { return !run.result; });
  if (running == view.runs.end()) return;
  lines.push_back({{"  running  ", Tone::faint},
                   {fmt::format("{} for {}", step_in_words(*running),
                                for_people(std::max(now - running->intent_at, Duration{})))}});
  std::vector<std::string_view> output = split(running->output, '\n');
  if (!output.empty() && output.back().empty()) output.pop_back();
  const std::size_t shown = std::min(output.size(), output_lines_max);
  for (const std::string_view text : std::span(output).last(shown)) {
    lines.push_back({{"    | ", Tone::faint}, {std::string(text)}});
  }
}

}  // namespace

Lines status_view(const StatusReply& status) {
  const api::DaemonView& daemon = status.daemon;
  Lines lines{{{fmt::format("ripcordd {}, up for {}, configuration {}", daemon.version,
                            for_people(std::max(status.at - daemon.started_at, Duration{})),
                            or_dash(daemon.configuration)),
                Tone::faint}}};
  add_troubles(lines, daemon);
  if (status.blind_since) {
    lines.push_back(
        {{fmt::format("blind for {}: no probe of any service can tell anything, and "
                      "nothing is rolled back until one can",
                      for_people(std::max(status.at - *status.blind_since, Duration{}))),
          Tone::bad}});
  }
  if (status.services.empty()) {
    lines.push_back({{"no service is configured"}});
    return lines;
  }
  std::vector<std::vector<Span>> rows{{{"SERVICE", Tone::strong},
                                       {"VERSION", Tone::strong},
                                       {"GOOD", Tone::strong},
                                       {"PROBES", Tone::strong},
                                       {"HEALTH", Tone::strong},
                                       {"DEPLOYMENT", Tone::strong}}};
  for (const engine::ServiceSnapshot& service : status.services) {
    rows.push_back({{service.name},
                    {or_dash(service.current_version)},
                    {or_dash(service.good_version)},
                    {probes_in_words(service)},
                    {api::health_in_words(service, status.at), health_tone(service)},
                    {or_dash(api::deployment_in_words(service, status.at))}});
  }
  append(lines, table(rows));
  for (const auto& [service, readiness] : status.readiness) {
    if (readiness.ready) continue;
    lines.push_back(
        {{fmt::format("{} could not be rolled back now: {}", service, readiness.text), Tone::bad}});
  }
  return lines;
}

Lines service_view(const engine::ServiceSnapshot& service, Instant now) {
  Lines lines{{{service.name, Tone::strong},
               {"  "},
               {api::health_in_words(service, now), health_tone(service)}}};
  if (service.deployment) {
    lines.push_back({{"  deployment  ", Tone::faint},
                     {service.deployment->id},
                     {"  "},
                     {api::deployment_in_words(service, now), Tone::strong}});
  }
  if (const std::string advice = api::advice_in_words(service); !advice.empty()) {
    lines.push_back({{"  to do       ", Tone::faint}, {advice, Tone::warning}});
  }
  lines.push_back({{"  version     ", Tone::faint},
                   {or_dash(service.current_version)},
                   {", last verified good ", Tone::faint},
                   {or_dash(service.good_version)}});
  std::vector<std::vector<Span>> probes;
  probes.reserve(service.probes.size());
  for (const engine::ProbeSnapshot& probe : service.probes) probes.push_back(probe_row(probe));
  if (!probes.empty()) lines.push_back({{"  probes", Tone::faint}});
  append(lines, table(probes, 4));
  std::vector<std::vector<Span>> triggers;
  triggers.reserve(service.triggers.size());
  for (const auto& trigger : service.triggers) triggers.push_back(trigger_row(trigger));
  if (!triggers.empty()) lines.push_back({{"  triggers", Tone::faint}});
  append(lines, table(triggers, 4));
  return lines;
}

Lines probe_view(const api::ProbeReport& report) {
  Lines lines = table({probe_row({.name = report.probe, .last = report.sample})});
  std::vector<std::vector<Span>> values;
  values.reserve(report.values.size());
  for (const NamedValue& value : report.values) {
    values.push_back({{value.name}, {fmt::format("{:.6g}", value.number)}});
  }
  if (!values.empty()) lines.push_back({{"  values", Tone::faint}});
  append(lines, table(values, 4));
  std::vector<std::vector<Span>> details;
  details.reserve(report.details.size());
  for (const api::ProbeReport::Detail& detail : report.details) {
    details.push_back({{detail.name, Tone::faint}, {detail.text}});
  }
  if (!details.empty()) lines.push_back({{"  seen", Tone::faint}});
  append(lines, table(details, 4));
  return lines;
}

Lines gate_view(const deploy::GateVerdict& verdict) {
  if (verdict.reasons.empty()) return {{{"no gate is configured: it is open"}}};
  std::vector<std::vector<Span>> rows;
  rows.reserve(verdict.reasons.size());
  for (const deploy::GateReason& reason : verdict.reasons) {
    rows.push_back({{reason.gate},
                    {std::string(to_string(reason.state)), tone_of(reason.state)},
                    {reason.text}});
  }
  Lines lines = table(rows);
  lines.push_back(verdict.is_open() ? Line{{"the gate is open", Tone::good}}
                                    : Line{{"the gate is closed", Tone::bad}});
  return lines;
}

Line readiness_line(const api::Readiness& readiness) {
  return {{"  way back    ", Tone::faint},
          {readiness.ready ? "ready" : "NOT READY", readiness.ready ? Tone::good : Tone::bad},
          {": " + readiness.text}};
}

std::string essence(const engine::ServiceSnapshot& service) {
  std::string text = service.name + '\n' + service.current_version + '\n' + service.good_version;
  if (service.deployment) {
    text += fmt::format("\n{} {} {} {}", service.deployment->id, name(service.deployment->phase),
                        service.stage ? service.stage->number : 0, api::advice_in_words(service));
  }
  for (const engine::ProbeSnapshot& probe : service.probes) {
    text += fmt::format("\n{} {}", probe.name,
                        probe.last ? to_string(probe.last->outcome) : std::string_view("none"));
  }
  for (const engine::TriggerSnapshot& trigger : service.triggers) {
    text += fmt::format("\n{} {}", trigger.name, to_string(trigger.finding.state));
  }
  return text;
}

Lines live_view(const engine::ServiceSnapshot& service, const api::DeploymentView& view,
                Instant now) {
  Lines lines = service_view(service, now);
  lines.front().push_back(
      {fmt::format("  {} since the start",
                   for_people(std::max(now - view.deployment.started_at, Duration{}))),
       Tone::faint});
  add_running(lines, view, now);
  return lines;
}

}  // namespace ripcord::cli
