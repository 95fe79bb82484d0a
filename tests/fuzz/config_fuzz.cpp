#include "base/contract.hpp"
#include "base/text.hpp"
#include "config/load_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// Whatever the bytes are, they are a configuration or they have at least one mistake that can be
/// printed on one line.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ripcord;
  const auto loaded = config::load_text("fuzz.toml", std::string(data, data + size));
  if (loaded) {
    RIPCORD_CONTRACT(loaded->fingerprint.size() == 16);
    return 0;
  }
  RIPCORD_CONTRACT(!loaded.error().empty());
  for (const config::Diagnostic& diagnostic : loaded.error()) {
    const std::string words = config::to_string(diagnostic);
    RIPCORD_CONTRACT(printable(words, words.size()) == words);
  }
  return 0;
}
