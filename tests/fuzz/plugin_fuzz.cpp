#include "base/contract.hpp"
#include "base/text.hpp"
#include "probe/exec/plugin_output.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Whatever a plugin prints, its text can be printed on one line and its values are finite.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ripcord;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const probe::PluginOutput output = probe::parse_plugin_output(bytes);
  RIPCORD_CONTRACT(printable(output.text, output.text.size()) == output.text);
  RIPCORD_CONTRACT(output.performance.size() <= probe::performance_values_max);
  RIPCORD_CONTRACT(output.performance.size() + output.unreadable <= size);
  for (const probe::PerformanceValue& value : output.performance) {
    RIPCORD_CONTRACT(std::isfinite(value.number) && !value.label.empty());
  }
  return 0;
}
