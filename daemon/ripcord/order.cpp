#include "ripcord/order.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include <cstddef>
#include <utility>

namespace ripcord::cli {

namespace json = boost::json;

json::object announcement(const NewDeployment& what) {
  json::object body{{"version", json::string(what.version)}};
  if (!what.commit_time.empty()) body["commit_time"] = json::string(what.commit_time);
  if (!what.irreversible.empty()) body["irreversible"] = json::string(what.irreversible);
  // What is not said is left out, so that an older daemon understands the rest.
  if (what.supersede) body["supersede"] = true;
  if (what.rework) body["rework"] = true;
  if (what.drill) body["drill"] = true;
  return body;
}

json::object drive_order(const NewDeployment& what, const GateWords& gate) {
  json::object body = announcement(what);
  body["driven"] = true;
  add_gate_words(body, gate);
  return body;
}

json::object gate_question(const std::string& version, const GateWords& gate) {
  json::object body;
  if (!version.empty()) body["version"] = json::string(version);
  add_gate_words(body, gate);
  return body;
}

json::object with_reason(const std::string& reason) {
  return {{"reason", json::string(reason)}};
}

void add_gate_words(json::object& body, const GateWords& gate) {
  json::array confirmations;
  for (const std::string& item : gate.confirmations) {
    confirmations.emplace_back(json::string(item));
  }
  json::array overrides;
  for (std::size_t i = 0; i < gate.overrides.size(); ++i) {
    const std::string& reason = gate.reasons.size() == 1 ? gate.reasons.front() : gate.reasons[i];
    overrides.emplace_back(
        json::object{{"gate", json::string(gate.overrides[i])}, {"reason", json::string(reason)}});
  }
  if (!confirmations.empty()) body["confirmations"] = std::move(confirmations);
  if (!overrides.empty()) body["overrides"] = std::move(overrides);
}

}  // namespace ripcord::cli
