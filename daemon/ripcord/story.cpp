#include "ripcord/story.hpp"

#include "api/json.hpp"
#include "base/text.hpp"
#include "model/run.hpp"
#include "ripcord/view.hpp"

#include <boost/json/string.hpp>

#include <algorithm>
#include <utility>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

struct InWords {
  Line operator()(const Record& record) const { return record_line(record); }
  Line operator()(const PhaseChange& change) const {
    return {{to_rfc3339(change.at).substr(11), Tone::faint},
            {"  phase  ", Tone::faint},
            {std::string(name(change.deployment.phase)), Tone::strong}};
  }
  Line operator()(const OutputLine& output) const {
    return {{to_string(output.step) + " | ", Tone::faint}, {output.text}};
  }
};

struct InJson {
  json::object operator()(const Record& record) const {
    json::object object{{"change", "record"}};
    for (auto& [key, value] : api::to_json(record)) object[key] = std::move(value);
    return object;
  }
  json::object operator()(const PhaseChange& change) const {
    json::object deployment = api::to_json(change.deployment);
    return {{"change", "phase"},
            {"at", to_rfc3339_ms(change.at)},
            {"phase", deployment.at("phase")},
            {"phase_detail", deployment.at("phase_detail")}};
  }
  json::object operator()(const OutputLine& output) const {
    return {{"change", "output"},
            {"step", to_string(output.step)},
            {"line", json::string(printable(output.text, 4096))}};
  }
};

/// When the run was over, as far as its output goes.
bool had_ended_by(const api::RunView& run, Instant at) {
  return run.result && run.result->ended_at <= at;
}

}  // namespace

std::string_view grown_by(std::string_view before, std::string_view after) {
  for (std::size_t common = std::min(before.size(), after.size()); common > 0; --common) {
    if (before.ends_with(after.substr(0, common))) return after.substr(common);
  }
  return after;
}

std::vector<Change> Story::take(const api::DeploymentView& view, Instant now) {
  std::vector<Change> news;
  for (; records_ < view.history.size(); ++records_) {
    const Record& record = view.history[records_];
    for (const api::RunView& run : view.runs) {
      if (had_ended_by(run, record.at)) take_output(run, news);
    }
    news.emplace_back(record);
  }
  for (const api::RunView& run : view.runs) take_output(run, news);

  const std::string_view phase = name(view.deployment.phase);
  if (phase != phase_) {
    phase_ = phase;
    news.emplace_back(
        PhaseChange{.at = view.deployment.ended_at.value_or(now), .deployment = view.deployment});
  }
  return news;
}

void Story::take_output(const api::RunView& run, std::vector<Change>& news) {
  std::string& told = outputs_[run.step];
  std::string_view fresh = grown_by(told, run.output);
  // A line without an end may still grow, as long as its writer lives.
  if (!run.result) fresh = fresh.substr(0, fresh.rfind('\n') + 1);
  if (fresh.empty()) return;
  told = run.output.substr(
      0, static_cast<std::size_t>(fresh.data() + fresh.size() - run.output.data()));
  if (fresh.ends_with('\n')) fresh.remove_suffix(1);
  for (const std::string_view line : split(fresh, '\n')) {
    news.emplace_back(OutputLine{.step = run.step, .text = std::string(line)});
  }
}

Line line_of(const Change& change) {
  return std::visit(InWords{}, change);
}

json::object json_of(const Change& change) {
  return std::visit(InJson{}, change);
}

}  // namespace ripcord::cli
