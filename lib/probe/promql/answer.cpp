#include "probe/promql/answer.hpp"

#include "base/text.hpp"
#include "probe/number.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

namespace json = boost::json;

namespace ripcord::probe::promql {
namespace {

constexpr std::size_t depth_max = 16;
constexpr std::size_t elements_max = 10'000;
constexpr std::size_t labels_shown = 5;  // elements
constexpr std::size_t notes_max = 10;
constexpr std::size_t excerpt_bytes = 100;
constexpr std::size_t words_bytes = 300;

/// Beyond it a time does not fit into an Instant.
constexpr double seconds_max = 9e12;

const json::value* find(const json::value& value, std::string_view key) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string_view text_of(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::unexpected<Error> malformed(std::string_view what) {
  return failure(Fault::malformed, fmt::format("the answer is no result of a query: {}", what));
}

std::unexpected<Error> no_json(unsigned status, std::string_view body) {
  return failure(Fault::malformed, fmt::format("status {} without JSON: \"{}\"", status,
                                               printable(body, excerpt_bytes)));
}

/// `{a="b"}` with the name before it.
std::string labels_text(const json::value* metric) {
  const json::object* labels = metric == nullptr ? nullptr : metric->if_object();
  if (labels == nullptr) return "{}";
  std::string name;
  std::string text;
  for (const auto& label : *labels) {
    const std::string_view value = text_of(&label.value());
    if (label.key() == "__name__") {
      name = value;
    } else {
      text +=
          fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", std::string_view(label.key()), value);
    }
  }
  return printable(fmt::format("{}{{{}}}", name, text), words_bytes);
}

struct Point {
  Instant at;
  double number = 0;
};

/// `[1700000000.123, "1.5"]`
std::optional<Point> point_of(const json::value* value) {
  const json::array* pair = value == nullptr ? nullptr : value->if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto seconds = (*pair)[0].to_number<double>(error);
  const auto number = parse_number(text_of(&(*pair)[1]));
  if (error || !number || !(std::abs(seconds) <= seconds_max)) return std::nullopt;
  const auto since = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  return Point{.at = Instant(since), .number = *number};
}

bool add(Answer& answer, const std::optional<Point>& point, std::string labels) {
  if (!point) return false;
  answer.elements.push_back({.labels = std::move(labels), .number = point->number});
  if (std::ranges::find(answer.times, point->at) == answer.times.end()) {
    // One is what servers answer; more than a few are not worth being told apart.
    if (answer.times.size() < labels_shown) answer.times.push_back(point->at);
  }
  return true;
}

Result<void> read_vector(const json::array& result, Answer& answer) {
  if (result.size() > elements_max) {
    return failure(Fault::too_large, fmt::format("the answer has {} series, more than {}",
                                                 result.size(), elements_max));
  }
  for (const json::value& element : result) {
    const bool is_shown = answer.elements.size() < labels_shown;
    std::string labels = is_shown ? labels_text(find(element, "metric")) : std::string();
    if (find(element, "histogram") != nullptr) {
      return malformed("a histogram, from which a number must be taken first");
    }
    if (!add(answer, point_of(find(element, "value")), std::move(labels))) {
      return malformed("a series without a number");
    }
  }
  return {};
}

Result<void> read_data(const json::value* data, Answer& answer) {
  if (data == nullptr) return malformed("there is no \"data\"");
  const std::string_view type = text_of(find(*data, "resultType"));
  const json::value* result = find(*data, "result");
  if (type == "scalar") {
    answer.is_scalar = true;
    if (!add(answer, point_of(result), "")) return malformed("a scalar without a number");
    return {};
  }
  if (type == "matrix") return malformed("a range of samples, where one of each series is needed");
  if (type != "vector") {
    return malformed(fmt::format("its type is \"{}\"", printable(type, excerpt_bytes)));
  }
  const json::array* series = result == nullptr ? nullptr : result->if_array();
  if (series == nullptr) return malformed("a vector without a list of series");
  return read_vector(*series, answer);
}

void read_notes(const json::value& root, std::string_view key, std::vector<std::string>& notes) {
  const json::value* value = find(root, key);
  const json::array* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return;
  for (const json::value& note : *list) {
    if (notes.size() == notes_max) return;
    notes.push_back(printable(text_of(&note), words_bytes));
  }
}

/// `{"status": "error", "errorType": "bad_data", "error": "…"}`
std::unexpected<Error> refusal(unsigned status, const json::value& root) {
  return failure(Fault::refused,
                 fmt::format("the query was refused: {} {}: {}", status,
                             printable(text_of(find(root, "errorType")), excerpt_bytes),
                             printable(text_of(find(root, "error")), words_bytes)));
}

bool is_partial(const json::value& root) {
  const json::value* partial = find(root, "isPartial");
  return partial != nullptr && partial->is_bool() && partial->get_bool();
}

std::unexpected<Error> no_data(std::string_view what) {
  return failure(Fault::missing, fmt::format("no data: {}", what));
}

std::vector<double> known_numbers(const std::vector<Element>& elements) {
  std::vector<double> numbers;
  for (const Element& element : elements) {
    if (!std::isnan(element.number)) numbers.push_back(element.number);
  }
  return numbers;
}

/// What `numbers`, which are not empty, come to.
std::vector<double> combined(const std::vector<double>& numbers, Agg agg) {
  switch (agg) {
    case Agg::only:
    case Agg::max:
      return {std::ranges::max(numbers)};
    case Agg::min:
      return {std::ranges::min(numbers)};
    case Agg::sum:
      return {std::accumulate(numbers.begin(), numbers.end(), 0.0)};
    case Agg::every:
      return {std::ranges::min(numbers), std::ranges::max(numbers)};
  }
  return {};
}

}  // namespace

Result<Answer> read_answer(unsigned status, std::string_view body) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  const json::value root = json::parse(body, error, {}, options);
  if (error || !root.is_object()) return no_json(status, body);
  const std::string_view said = text_of(find(root, "status"));
  if (said == "error") return refusal(status, root);
  if (said != "success" || status != 200) return no_json(status, body);
  if (is_partial(root)) {
    return failure(Fault::missing, "no data: the server could reach only a part of it");
  }
  Answer answer;
  if (auto read = read_data(find(root, "data"), answer); !read) {
    return std::unexpected(std::move(read).error());
  }
  read_notes(root, "warnings", answer.notes);
  read_notes(root, "infos", answer.notes);
  return answer;
}

Result<std::vector<double>> numbers_of(const Answer& answer, Agg agg) {
  const auto& elements = answer.elements;
  if (elements.empty()) return no_data("the answer is empty");
  if (agg == Agg::only && elements.size() > 1) {
    return failure(Fault::malformed,
                   fmt::format("the answer has {} series, where one is needed: aggregate them in "
                               "the query, or say agg = \"max\", \"min\", \"sum\" or \"every\"",
                               elements.size()));
  }
  const std::vector<double> known = known_numbers(elements);
  const bool needs_all = agg == Agg::sum || agg == Agg::every;
  if (known.empty() || (needs_all && known.size() < elements.size())) {
    return no_data(
        fmt::format("{} of {} series NaN", elements.size() - known.size(), elements.size()));
  }
  std::vector<double> numbers = combined(known, agg);
  if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) {
    return no_data("the number is infinite");
  }
  return numbers;
}

}  // namespace ripcord::probe::promql
