#include "evidence/scene.hpp"

#include "base/text.hpp"
#include "evidence/documents.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <utility>

namespace ripcord::evidence {
namespace {

namespace json = boost::json;

constexpr std::size_t text_bytes_max = 4096;
constexpr std::size_t line_bytes_max = 4096;

json::value text(std::string_view given) {
  return json::string(printable(given, text_bytes_max));
}

json::value text_or_null(std::string_view given) {
  return given.empty() ? json::value(nullptr) : text(given);
}

json::value time(const std::optional<Instant>& instant) {
  return instant ? json::value(json::string(to_rfc3339_ms(*instant))) : json::value(nullptr);
}

json::value seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

json::value number(double given) {
  return std::isfinite(given) ? json::value(given) : json::value(nullptr);
}

std::string_view name_of(LatencyKind kind) {
  switch (kind) {
    case LatencyKind::measured:
      return "measured";
    case LatencyKind::at_least:
      return "at_least";
    case LatencyKind::none:
      break;
  }
  return "none";
}

json::value json_of(const Cause& cause) {
  return json::object{{"trigger", text_or_null(cause.trigger)},
                      {"reason", text(cause.reason)},
                      {"by", text(cause.by)},
                      {"at", time(cause.at)},
                      {"bad_since", time(cause.bad_since)}};
}

json::value json_of(const engine::TriggerSnapshot& trigger) {
  json::object told{
      {"trigger", text(trigger.name)},      {"state", to_string(trigger.finding.state)},
      {"reason", text(trigger.reason)},     {"progress", number(trigger.finding.progress)},
      {"probe", text(trigger.probe)},       {"kind", text(trigger.kind)},
      {"preexisting", trigger.preexisting}, {"trips", trigger.trips}};
  return told;
}

json::value json_of(const engine::ProbeSnapshot& probe) {
  json::object told{{"probe", text(probe.name)},
                    {"samples", probe.samples},
                    {"bad", probe.samples_bad},
                    {"unknown", probe.samples_unknown}};
  told["last"] = probe.last ? json::value(to_string(probe.last->outcome)) : json::value(nullptr);
  told["last_reason"] = probe.last ? text(probe.last->reason) : json::value(nullptr);
  return told;
}

json::value json_of(const Sample& sample, const Vocabulary& vocabulary) {
  json::object told{{"taken_at", time(sample.taken_at)},
                    {"outcome", to_string(sample.outcome)},
                    {"latency_seconds", seconds(sample.latency)},
                    {"latency_kind", name_of(sample.latency_kind)}};
  if (!sample.reason.empty()) told["reason"] = text(sample.reason);
  if (sample.connection_lost) told["connection_lost"] = true;
  json::object values;
  for (const NamedValue& value : named_values(vocabulary, sample)) {
    values[printable(value.name)] = number(value.number);
  }
  if (!values.empty()) told["values"] = std::move(values);
  return told;
}

json::value json_of(const ProbeSamples& of) {
  json::array samples;
  for (const Sample& sample : of.samples) samples.push_back(json_of(sample, of.vocabulary));
  return json::object{{"probe", text(of.probe)}, {"samples", std::move(samples)}};
}

void note_change(json::array& changes, std::string_view what, std::string_view before,
                 std::string_view now) {
  if (before == now) return;
  changes.push_back(
      json::object{{"what", text(what)}, {"before", text_or_null(before)}, {"now", text(now)}});
}

}  // namespace

std::string printable_lines(std::string_view given) {
  std::string lines;
  bool is_first = true;
  for (std::string_view line : split(given, '\n')) {
    if (!is_first) lines += '\n';
    is_first = false;
    while (line.ends_with('\r')) line.remove_suffix(1);
    lines += printable(line, line_bytes_max);
  }
  return lines;
}

Exhibit deployment_exhibit(const Deployment& deployment) {
  json::object told{{"deployment", text(deployment.id)},
                    {"service", text(deployment.service)},
                    {"version", text(deployment.version)},
                    {"previous_version", text_or_null(deployment.previous_version)},
                    {"phase", name(deployment.phase)},
                    {"verdict", text_or_null(deployment.verdict)},
                    {"way", to_string(deployment.way)},
                    {"manual_rollback", deployment.manual_rollback},
                    {"commit_time", time(deployment.commit_time)},
                    {"started_at", time(deployment.started_at)},
                    {"deployed_at", time(deployment.deployed_at)},
                    {"ended_at", time(deployment.ended_at)},
                    {"deadline", time(deployment.deadline)},
                    {"configuration", text(deployment.configuration)}};
  told["cause"] = deployment.cause ? json_of(*deployment.cause) : json::value(nullptr);
  json::array preexisting;
  for (const std::string& trigger : deployment.preexisting) preexisting.push_back(text(trigger));
  told["preexisting"] = std::move(preexisting);
  return {.file = "deployment.json", .content = std::move(told)};
}

Exhibit findings_exhibit(std::string file, Instant at, const engine::ServiceSnapshot& service) {
  json::array triggers;
  for (const engine::TriggerSnapshot& trigger : service.triggers) {
    triggers.push_back(json_of(trigger));
  }
  json::array probes;
  for (const engine::ProbeSnapshot& probe : service.probes) probes.push_back(json_of(probe));
  json::object told{{"at", time(at)},
                    {"triggers", std::move(triggers)},
                    {"probes", std::move(probes)},
                    {"healthy_since", time(service.healthy_since)}};
  return {.file = std::move(file), .content = std::move(told)};
}

std::vector<Exhibit> exhibits_of(const Scene& scene) {
  json::array samples;
  for (const ProbeSamples& of : scene.samples) samples.push_back(json_of(of));
  std::vector<Exhibit> exhibits;
  exhibits.push_back(deployment_exhibit(scene.deployment));
  exhibits.push_back(findings_exhibit("findings.json", scene.at, scene.service));
  exhibits.push_back({.file = "samples.json", .content = std::move(samples)});
  return exhibits;
}

std::vector<Exhibit> exhibits_of(const std::vector<RunStory>& runs) {
  std::vector<Exhibit> exhibits;
  json::array told;
  for (const RunStory& run : runs) {
    const std::string step = to_string(run.step);
    told.push_back(json::object{
        {"step", text(step)},
        {"name", text(run.name)},
        {"result", run.result ? text(describe(*run.result)) : json::value("it has not ended")},
        {"succeeded", run.result && run.result->succeeded()},
        {"started_at", time(run.result ? run.result->started_at : std::nullopt)},
        {"ended_at", run.result ? time(run.result->ended_at) : json::value(nullptr)}});
    exhibits.push_back({.file = fmt::format("runs/{}.txt", file_name_of(step)),
                        .content = json::string(printable_lines(run.output))});
  }
  exhibits.push_back({.file = "runs.json", .content = std::move(told)});
  return exhibits;
}

json::value to_json(const GoodFacts& facts) {
  json::object images;
  for (const auto& [container, image] : facts.images) images[printable(container)] = text(image);
  return json::object{{"deployment", text(facts.deployment)},
                      {"version", text(facts.version)},
                      {"configuration", text(facts.configuration)},
                      {"at", time(facts.at)},
                      {"images", std::move(images)}};
}

std::optional<GoodFacts> parse_good_facts(std::string_view given) {
  boost::system::error_code error;
  const json::value value = json::parse({given.data(), given.size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* images = object == nullptr ? nullptr : object->if_contains("images");
  if (images == nullptr || !images->is_object()) return std::nullopt;
  const Result<Instant> at = parse_instant(text_at(*object, "at"));
  GoodFacts facts{.deployment = text_at(*object, "deployment"),
                  .version = text_at(*object, "version"),
                  .configuration = text_at(*object, "configuration"),
                  .at = at.value_or(Instant{}),
                  .images = {}};
  if (facts.version.empty()) return std::nullopt;
  for (const auto& [container, image] : images->get_object()) {
    if (const auto* told = image.if_string()) facts.images.emplace(container, *told);
  }
  return facts;
}

std::map<std::string, std::string> images_in(const std::vector<Exhibit>& exhibits) {
  std::map<std::string, std::string> images;
  for (const Exhibit& exhibit : exhibits) {
    const auto* object = exhibit.content.if_object();
    if (object == nullptr || !exhibit.file.starts_with("containers/")) continue;
    images[text_at(*object, "name")] =
        fmt::format("{} ({})", text_at(*object, "image"), text_at(*object, "image_id"));
  }
  return images;
}

Exhibit changes_exhibit(const Scene& scene, const std::optional<GoodFacts>& good,
                        const std::map<std::string, std::string>& images) {
  const Deployment& deployment = scene.deployment;
  json::array changes;
  note_change(changes, "version", good ? good->version : deployment.previous_version,
              deployment.version);
  if (good) {
    note_change(changes, "configuration of ripcord", good->configuration, deployment.configuration);
    for (const auto& [container, image] : images) {
      const auto before = good->images.find(container);
      const std::string was = before == good->images.end() ? std::string() : before->second;
      note_change(changes, "image of container " + container, was, image);
    }
    for (const auto& [container, image] : good->images) {
      if (!images.empty() && !images.contains(container)) {
        note_change(changes, "container " + container, image, "is not there");
      }
    }
  }
  json::object told{{"changes", std::move(changes)},
                    {"compared_with", good ? text(good->deployment) : json::value(nullptr)},
                    {"last_good_at", good ? time(good->at) : json::value(nullptr)}};
  return {.file = "changes.json", .content = std::move(told)};
}

}  // namespace ripcord::evidence
