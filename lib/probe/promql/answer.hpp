#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::promql {

/// One series of an answer.
struct Element {
  std::string labels;  ///< `{job="x"}`, printable; of the first few only
  double number = 0;   ///< NaN and infinities too
};

/// What a Prometheus-compatible server answered to an instant query.
struct Answer {
  bool is_scalar = false;          ///< otherwise a vector
  std::vector<Element> elements;   ///< one of a scalar
  std::vector<Instant> times;      ///< for which the elements were computed: one of each time
  std::vector<std::string> notes;  ///< the server's warnings and remarks, printable
};

/// Reads the answer of `POST /api/v1/query`. Each failure has its own words:
///   refused    the server says that it cannot answer, in its own words
///   malformed  not such an answer: no JSON, a matrix, a string, broken numbers
///   missing    it says that a part of the data could not be had
///   too_large  more than 10,000 series
[[nodiscard]] Result<Answer> read_answer(unsigned status, std::string_view body);

/// What becomes of an answer of several series.
enum class Agg : std::uint8_t {
  only,   ///< there must be one
  max,    ///< the largest number; NaN is left out
  min,    ///< the smallest number; NaN is left out
  sum,    ///< of all; not known when one of them is NaN
  every,  ///< the smallest and the largest; not known when one of them is NaN
};

/// The finite numbers that `answer` comes to: one, or two of Agg::every. Fault::missing with why
/// there are none: an empty vector, NaN and infinities are no data; Fault::malformed when there is
/// more than one series and nobody said what to make of them.
[[nodiscard]] Result<std::vector<double>> numbers_of(const Answer& answer, Agg agg);

}  // namespace ripcord::probe::promql
