#include "base/contract.hpp"
#include "base/text.hpp"
#include "model/run.hpp"
#include "ripcord/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace ripcord::cli {
namespace {

Tone tone_of(const Phase& phase) {
  if (std::holds_alternative<Succeeded>(phase)) return Tone::good;
  if (std::holds_alternative<RollbackFailed>(phase) || std::holds_alternative<Failed>(phase)) {
    return Tone::bad;
  }
  if (std::holds_alternative<RolledBack>(phase) || std::holds_alternative<Aborted>(phase)) {
    return Tone::warning;
  }
  return Tone::strong;
}

Tone tone_of(Severity severity) {
  if (severity == Severity::critical) return Tone::bad;
  return severity == Severity::warning ? Tone::warning : Tone::plain;
}

/// `"19:01:02Z"`.
std::string time_of_day(Instant at) {
  return to_rfc3339(at).substr(11);
}

/// `"2026-11-22 19:01:02Z"`.
std::string date_and_time(Instant at) {
  std::string text = to_rfc3339(at);
  text.replace(10, 1, " ");
  return text;
}

std::string or_question(const std::string& version) {
  return version.empty() ? "?" : version;
}

std::string versions(const Deployment& deployment) {
  if (deployment.manual_rollback) {
    return fmt::format("{} back to {}", or_question(deployment.version),
                       or_question(deployment.previous_version));
  }
  return fmt::format("{} -> {}", or_question(deployment.previous_version),
                     or_question(deployment.version));
}

std::string took(const Deployment& deployment) {
  return deployment.ended_at ? for_people(*deployment.ended_at - deployment.started_at) : "open";
}

std::vector<Span> fact(std::string_view what, std::string text, Tone tone = Tone::plain) {
  return {{std::string(what), Tone::faint}, {std::move(text), tone}};
}

std::string in_words(const api::RunView& run) {
  return run.result ? describe(*run.result) : "is running";
}

Tone tone_of(const api::RunView& run) {
  if (!run.result) return Tone::strong;
  return run.result->succeeded() ? Tone::good : Tone::bad;
}

/// What people said with it, and what it means to them.
void add_words_of_people(std::vector<std::vector<Span>>& rows, const Deployment& deployment) {
  if (deployment.held) {
    rows.push_back(fact("on hold",
                        fmt::format("since {}, by {}: {}", date_and_time(deployment.held->at),
                                    deployment.held->by, deployment.held->reason),
                        Tone::warning));
  }
  if (!deployment.irreversible.empty()) {
    rows.push_back(fact("irreversible", deployment.irreversible, Tone::warning));
  }
  for (const Confirmation& confirmation : deployment.confirmations) {
    rows.push_back(fact("confirmed", fmt::format("{}, by {}", confirmation.item, confirmation.by)));
  }
  for (const GateOverride& over : deployment.overrides) {
    rows.push_back(
        fact("overridden", fmt::format("gate {}, by {}: {}", over.gate, over.by, over.reason)));
  }
  if (deployment.rework) rows.push_back(fact("rework", "mends an earlier deployment"));
  if (deployment.drill) rows.push_back(fact("drill", "no figure counts it"));
}

std::vector<std::vector<Span>> facts(const Deployment& deployment) {
  std::vector<std::vector<Span>> rows{
      fact("service", deployment.service), fact("version", versions(deployment)),
      fact("phase", std::string(name(deployment.phase)), tone_of(deployment.phase)),
      fact("way", std::string(to_string(deployment.way))),
      fact("started", date_and_time(deployment.started_at))};
  if (deployment.commit_time)
    rows.push_back(fact("commit", date_and_time(*deployment.commit_time)));
  if (deployment.deployed_at) {
    rows.push_back(fact("deployed", date_and_time(*deployment.deployed_at)));
  }
  if (deployment.ended_at) {
    rows.push_back(fact("ended", fmt::format("{}, after {}", date_and_time(*deployment.ended_at),
                                             took(deployment))));
  }
  if (deployment.cause) {
    const std::string what =
        deployment.cause->trigger.empty() ? "ordered" : "trigger " + deployment.cause->trigger;
    rows.push_back(fact("cause", fmt::format("{}, by {}: {}", what, deployment.cause->by,
                                             deployment.cause->reason)));
  }
  add_words_of_people(rows, deployment);
  if (!deployment.preexisting.empty()) {
    rows.push_back(fact("bad before", fmt::format("{}", fmt::join(deployment.preexisting, ", "))));
  }
  if (!deployment.verdict.empty()) rows.push_back(fact("verdict", deployment.verdict));
  return rows;
}

void add_output(Lines& lines, const api::RunView& run) {
  std::vector<std::string_view> output = split(run.output, '\n');
  if (output.back().empty()) output.pop_back();
  for (const std::string_view text : output) {
    lines.push_back({{"    | ", Tone::faint}, {std::string(text)}});
  }
}

}  // namespace

Lines history_view(const std::vector<Deployment>& deployments) {
  if (deployments.empty()) return {{{"there has been no deployment yet"}}};
  std::vector<std::vector<Span>> rows{{{"STARTED", Tone::strong},
                                       {"DEPLOYMENT", Tone::strong},
                                       {"VERSION", Tone::strong},
                                       {"PHASE", Tone::strong},
                                       {"TOOK", Tone::strong},
                                       {"VERDICT", Tone::strong}}};
  for (const Deployment& each : deployments) {
    rows.push_back({{date_and_time(each.started_at)},
                    {each.id},
                    {versions(each)},
                    {std::string(name(each.phase)), tone_of(each.phase)},
                    {took(each)},
                    {each.verdict}});
  }
  return table(rows);
}

Lines deployment_view(const api::DeploymentView& view) {
  Lines lines{{{view.deployment.id, Tone::strong}}};
  std::ranges::move(table(facts(view.deployment), 2), std::back_inserter(lines));
  lines.push_back({{"  history", Tone::faint}});
  for (const Record& record : view.history) {
    Line line = record_line(record);
    line.insert(line.begin(), Span{"    "});
    line.push_back({"  by " + record.by, Tone::faint});
    lines.push_back(std::move(line));
  }
  for (const api::RunView& run : view.runs) {
    lines.push_back({{"  run  ", Tone::faint},
                     {step_in_words(run), Tone::strong},
                     {"  "},
                     {in_words(run), tone_of(run)}});
    add_output(lines, run);
  }
  return lines;
}

Lines explanation_view(const std::vector<std::string>& sentences) {
  Lines lines;
  lines.reserve(sentences.size());
  for (const std::string& sentence : sentences) lines.push_back({{sentence}});
  return lines;
}

Lines verdict_view(const api::DeploymentView& view) {
  const Deployment& deployment = view.deployment;
  RIPCORD_CONTRACT(deployment.ended_at);
  Lines lines{{{std::string(name(deployment.phase)), tone_of(deployment.phase)},
               {": "},
               {deployment.verdict}}};
  std::vector<std::vector<Span>> rows;
  if (deployment.cause && deployment.cause->bad_since) {
    const Duration detection = deployment.cause->at - *deployment.cause->bad_since;
    rows.push_back(fact("detection", for_people(detection) + " from the first bad sample on"));
  }
  if (deployment.cause && std::holds_alternative<RolledBack>(deployment.phase)) {
    const Duration recovery = *deployment.ended_at - deployment.cause->at;
    const std::string_view from = deployment.cause->trigger.empty() ? "order" : "trip";
    rows.push_back(fact("recovery", fmt::format("{} from the {} on", for_people(recovery), from)));
  }
  for (const api::RunView& run : view.runs) {
    rows.push_back({{step_in_words(run), Tone::faint}, {in_words(run), tone_of(run)}});
  }
  rows.push_back(fact("in all", took(deployment)));
  std::ranges::move(table(rows, 2), std::back_inserter(lines));
  return lines;
}

Line record_line(const Record& record) {
  return {{time_of_day(record.at), Tone::faint},
          {"  "},
          {record.kind, Tone::faint},
          {"  "},
          {record.text, tone_of(record.severity)}};
}

std::string step_in_words(const api::RunView& run) {
  const std::string step = to_string(run.step);
  return run.step_name.empty() || run.step_name == step
             ? step
             : fmt::format("{} ({})", step, run.step_name);
}

}  // namespace ripcord::cli
