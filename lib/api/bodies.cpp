#include "api/bodies.hpp"

#include "api/body.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>
#include <vector>

namespace ripcord::api {
namespace {

namespace json = boost::json;

/// What was read, unless there was a mistake.
template <class T>
Result<T> result_of(const Body& body, T value) {
  if (body.mistake()) return std::unexpected(*body.mistake());
  return value;
}

std::vector<Confirmation> read_confirmations(Body& body, const std::string& by) {
  std::vector<Confirmation> confirmations;
  for (const json::value& element : body.array("confirmations", words_max)) {
    const json::string* item = element.if_string();
    if (item == nullptr || !is_printable_name(*item, item_characters_max)) {
      body.note(
          fmt::format("each of \"confirmations\" must be a text of 1 to {} printable characters",
                      item_characters_max));
      return {};
    }
    confirmations.push_back({.item = std::string(*item), .by = by});
  }
  return confirmations;
}

std::vector<GateOverride> read_overrides(Body& body, const std::string& by) {
  std::vector<GateOverride> overrides;
  for (const json::value& element : body.array("overrides", words_max)) {
    Body one(element, fmt::format("overrides[{}]", overrides.size()), {"gate", "reason"});
    overrides.push_back(
        {.gate = one.name("gate", item_characters_max), .by = by, .reason = one.reason("reason")});
    body.note(one);
  }
  return overrides;
}

}  // namespace

Result<StartDeployment> read_start(std::string_view text, const std::string& by) {
  Body body(text, {"version", "commit_time", "driven", "supersede", "irreversible", "rework",
                   "drill", "confirmations", "overrides"});
  StartDeployment start;
  start.version = body.name("version", version_characters_max);
  start.commit_time = body.time("commit_time");
  start.driven = body.flag("driven");
  start.supersede = body.flag("supersede");
  if (body.has("irreversible")) start.irreversible = body.reason("irreversible");
  start.rework = body.flag("rework");
  start.drill = body.flag("drill");
  start.confirmations = read_confirmations(body, by);
  start.overrides = read_overrides(body, by);
  if (!start.driven && (body.has("confirmations") || body.has("overrides"))) {
    body.note(
        "only a driven deployment has a gate: say \"driven\": true, or leave \"confirmations\" "
        "and \"overrides\" out");
  }
  return result_of(body, std::move(start));
}

Result<deploy::GateRequest> read_gate(std::string_view text, const std::string& by) {
  if (text.empty()) return deploy::GateRequest{};
  Body body(text, {"version", "confirmations", "overrides"});
  deploy::GateRequest request;
  if (body.has("version")) request.version = body.name("version", version_characters_max);
  request.confirmations = read_confirmations(body, by);
  request.overrides = read_overrides(body, by);
  return result_of(body, std::move(request));
}

Result<FinishDeployment> read_finish(std::string_view text) {
  if (text.empty()) return FinishDeployment{};
  Body body(text, {"deployment"});
  return result_of(body, FinishDeployment{.deployment = body.text("deployment").value_or("")});
}

Result<FailDeployment> read_fail(std::string_view text) {
  Body body(text, {"reason", "deployment"});
  FailDeployment fail{.reason = body.reason("reason"),
                      .deployment = body.text("deployment").value_or("")};
  return result_of(body, std::move(fail));
}

Result<RollBackService> read_rollback(std::string_view text) {
  Body body(text, {"reason", "version"});
  RollBackService back{.reason = body.reason("reason"), .version = ""};
  if (body.has("version")) back.version = body.name("version", version_characters_max);
  return result_of(body, std::move(back));
}

Result<std::string> read_reason(std::string_view text) {
  Body body(text, {"reason"});
  return result_of(body, body.reason("reason"));
}

Result<ReportSignal> read_signal(std::string_view text) {
  Body body(text, {"name", "count", "note"});
  ReportSignal signal{.name = body.required_text("name")};
  if (!is_name(signal.name)) body.note("member \"name\" must be the name of a signal");
  signal.count = static_cast<std::uint32_t>(body.count("count", 1, signals_max, 1));
  if (body.has("note")) signal.note = body.reason("note");
  return result_of(body, std::move(signal));
}

Result<std::string> read_probe(std::string_view text) {
  Body body(text, {"probe"});
  return result_of(body, body.required_text("probe"));
}

Result<void> read_nothing(std::string_view text) {
  if (text.empty()) return {};
  const Body body(text, {});
  if (body.mistake()) return std::unexpected(*body.mistake());
  return {};
}

}  // namespace ripcord::api
