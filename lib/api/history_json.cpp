#include "api/history_json.hpp"

#include "api/json.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <utility>

namespace ripcord::api {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& given) {
  return given.empty() ? json::value(nullptr) : json::string(printable(given));
}

json::value number(const std::optional<double>& figure) {
  return figure ? json::value(*figure) : json::value(nullptr);
}

json::object json_of(const deploy::DoraLine& line) {
  return {{"name", line.name},
          {"target", line.target.empty() ? json::value(nullptr) : json::string(line.target)},
          {"unit", line.unit},
          {"current", number(line.current)},
          {"samples", line.samples},
          {"standing", to_string(line.standing)},
          {"before", number(line.before)},
          {"samples_before", line.samples_before},
          {"trend", to_string(line.trend)}};
}

}  // namespace

json::object to_json(const std::string& service, const deploy::DoraReport& report) {
  json::array metrics;
  for (const deploy::DoraLine& line : report.lines) metrics.emplace_back(json_of(line));
  return {{"service", service.empty() ? json::value(nullptr) : json::string(printable(service))},
          {"since", to_rfc3339_ms(report.from)},
          {"until", to_rfc3339_ms(report.to)},
          {"before_since", to_rfc3339_ms(report.before_from)},
          {"weeks", report.figures.frequency.weeks},
          {"aborted", report.figures.aborted},
          {"metrics", std::move(metrics)}};
}

json::object to_json(const NumberedRecord& numbered) {
  json::object object{{"sequence", numbered.sequence},
                      {"service", text_or_null(numbered.record.service)},
                      {"deployment", text_or_null(numbered.record.deployment)}};
  for (const auto& [key, value] : to_json(numbered.record)) object[key] = value;
  return object;
}

}  // namespace ripcord::api
