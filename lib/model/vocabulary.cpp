#include "model/vocabulary.hpp"

#include <cmath>

namespace ripcord {

std::vector<NamedValue> named_values(const Vocabulary& vocabulary, const Sample& sample) {
  std::vector<NamedValue> values;
  for (const Reading& reading : sample.readings) {
    if (reading.value >= vocabulary.values.size() || std::isnan(reading.number)) continue;
    values.push_back({.name = vocabulary.values[reading.value], .number = reading.number});
  }
  return values;
}

}  // namespace ripcord
