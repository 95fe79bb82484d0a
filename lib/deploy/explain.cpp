#include "deploy/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace ripcord::deploy {
namespace {

constexpr std::string_view peak_kind = "trigger.peak";

std::string version_or_unknown(const std::string& version) {
  return version.empty() ? "an unknown version" : version;
}

std::string opening(const Deployment& deployment, std::span<const Record> history) {
  const std::string by = history.empty() ? "" : fmt::format(" by {}", history.front().by);
  if (deployment.manual_rollback) {
    return fmt::format("{}: {} was rolled back from {} to {}, ordered at {}{}.", deployment.id,
                       deployment.service, version_or_unknown(deployment.version),
                       version_or_unknown(deployment.previous_version),
                       to_rfc3339(deployment.started_at), by);
  }
  return fmt::format("{}: {} of {} in place of {}, {} at {}{}.{}", deployment.id,
                     version_or_unknown(deployment.version), deployment.service,
                     version_or_unknown(deployment.previous_version), to_string(deployment.way),
                     to_rfc3339(deployment.started_at), by,
                     deployment.drill ? " It was a drill: no figure counts it." : "");
}

/// What happened, where the text of a record is only why.
std::string_view lead_of(std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> leads{{
      {"deployment.held", "held: "},
      {"deployment.resumed", "resumed "},
      {"deployment.promoted", "promoted: "},
      {"deployment.aborted", "aborted: "},
      {"deployment.failed", "failed: "},
      {"gate.passed", "the gate let it begin: "},
      {"gate.refused", "the gate refused it: "},
  }};
  const auto found = std::ranges::find(leads, kind, &decltype(leads)::value_type::first);
  return found == leads.end() ? "" : found->second;
}

std::string event(const Deployment& deployment, const Record& record) {
  const std::string by = record.by == "ripcord" ? "" : fmt::format(" (by {})", record.by);
  return fmt::format("After {}: {}{}{}.", for_people(record.at - deployment.started_at),
                     lead_of(record.kind), record.text, by);
}

std::optional<Instant> first_of(std::span<const Record> history, std::string_view kind) {
  const auto found = std::ranges::find(history, kind, &Record::kind);
  if (found == history.end()) return std::nullopt;
  return found->at;
}

/// Where the time from the first bad evidence to the verified end went.
std::optional<std::string> recovery(const Deployment& deployment, std::span<const Record> history) {
  const auto& cause = deployment.cause;
  const auto acting = first_of(history, "rollback.step_started");
  const auto verifying = first_of(history, "rollback.verifying");
  if (!cause || !acting || !verifying || !deployment.ended_at) return std::nullopt;
  const Instant bad_since = cause->bad_since.value_or(cause->at);
  return fmt::format(
      "From the first bad evidence to the end it took {}: {} to detect it, {} to decide, {} to act "
      "and {} to verify.",
      for_people(*deployment.ended_at - bad_since), for_people(cause->at - bad_since),
      for_people(*acting - cause->at), for_people(*verifying - *acting),
      for_people(*deployment.ended_at - *verifying));
}

std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

std::string closing(const Deployment& deployment) {
  if (!deployment.ended_at) return fmt::format("It is {} still.", name(deployment.phase));
  return fmt::format("It ended as {} after {}: {}.", name(deployment.phase),
                     for_people(*deployment.ended_at - deployment.started_at), deployment.verdict);
}

}  // namespace

std::vector<std::string> explain(const Deployment& deployment, std::span<const Record> history) {
  std::vector<Record> own;
  std::ranges::copy_if(history, std::back_inserter(own),
                       [&](const Record& record) { return record.deployment == deployment.id; });
  std::vector<std::string> sentences{opening(deployment, own)};
  for (const Record& record : own) {
    if (record.kind != peak_kind) sentences.push_back(event(deployment, record));
  }
  if (auto parts = recovery(deployment, own)) sentences.push_back(*std::move(parts));
  for (const Record& record : own) {
    if (record.kind == peak_kind) sentences.push_back(as_sentence(record.text));
  }
  sentences.push_back(closing(deployment));
  return sentences;
}

}  // namespace ripcord::deploy
