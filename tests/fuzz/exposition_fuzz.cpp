#include "probe/scrape/exposition.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using ripcord::probe::scrape::ExpositionLimits;
using ripcord::probe::scrape::ExpositionParser;
using ripcord::probe::scrape::ExpositionSink;
using ripcord::probe::scrape::Family;
using ripcord::probe::scrape::Format;
using ripcord::probe::scrape::SeriesSample;

constexpr ExpositionLimits limits{.line_bytes = 512, .labels = 8, .series = 64};

void expect(bool condition) {
  if (!condition) std::abort();
}

/// Reads every byte that it is handed, and remembers it.
class Witness : public ExpositionSink {
 public:
  void declared(const Family& family) override {
    expect(!family.name.empty());
    seen += family.name;
  }
  void sampled(const SeriesSample& sample) override {
    expect(!sample.name.empty() && sample.labels.size() <= limits.labels);
    seen += ripcord::probe::scrape::to_string(sample);
    for (const auto& label : sample.labels) {
      expect(!label.name.empty());
      seen += label.value;
    }
    seen += std::isnan(sample.number) ? "NaN" : std::to_string(sample.number);
    if (sample.at) seen += std::to_string(sample.at->time_since_epoch().count());
    ++samples;
  }

  std::string seen;
  std::size_t samples = 0;
};

/// What is read when `text` comes in pieces of `piece` bytes; a failure in words.
std::string read(std::string_view text, Format format, std::size_t piece) {
  Witness witness;
  ExpositionParser parser(format, witness, limits);
  while (!text.empty()) {
    const auto fed = parser.feed(text.substr(0, piece));
    if (!fed) return fed.error().message;
    text.remove_prefix(std::min(piece, text.size()));
  }
  const auto finished = parser.finish(true);
  if (!finished) return finished.error().message;
  expect(parser.series() == witness.samples && witness.samples <= limits.series);
  return witness.seen;
}

}  // namespace

/// Whatever the bytes and however they are cut, the parser says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Format format = (data[0] & 1U) != 0 ? Format::openmetrics : Format::text;
  const std::size_t piece = 1U + (data[0] >> 1U);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  const std::string whole = read(text, format, text.size() + 1);
  const std::string pieces = read(text, format, piece);
  expect(whole == pieces);
  return 0;
}
