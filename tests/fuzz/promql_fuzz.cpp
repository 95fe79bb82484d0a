#include "probe/promql/answer.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using ripcord::probe::promql::Agg;

void expect(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

/// Whatever the bytes, there are numbers or words, and never a number that is none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  const unsigned status = (data[0] & 1U) != 0 ? 400 : 200;
  const auto answer = ripcord::probe::promql::read_answer(status, body);
  if (!answer) {
    expect(!answer.error().message.empty());
    return 0;
  }
  expect(status == 200 && answer->notes.size() <= 10 && answer->times.size() <= 5);
  expect(!answer->is_scalar || answer->elements.size() == 1);
  for (const Agg agg : {Agg::only, Agg::max, Agg::min, Agg::sum, Agg::every}) {
    const auto numbers = ripcord::probe::promql::numbers_of(*answer, agg);
    if (!numbers) continue;
    expect(!answer->elements.empty());
    expect(numbers->size() == (agg == Agg::every ? 2U : 1U));
    for (const double number : *numbers) expect(std::isfinite(number));
    expect(agg != Agg::every || numbers->front() <= numbers->back());
  }
  return 0;
}
