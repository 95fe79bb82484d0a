#include "probe/pattern.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <re2/re2.h>

namespace ripcord::probe {
namespace {

/// For compiling and matching: a pattern that needs more is refused by check_pattern().
constexpr std::int64_t pattern_memory = 1024L * 1024;

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory);
  return options;
}

}  // namespace

Result<void> check_pattern(const std::string& pattern) {
  const RE2 compiled(pattern, pattern_options());
  if (compiled.ok()) return {};
  return failure(Fault::malformed,
                 fmt::format("\"{}\" is not a pattern: {}", printable(pattern, 100),
                             printable(compiled.error())));
}

Pattern compile_pattern(const std::string& pattern) {
  if (pattern.empty()) return nullptr;
  return std::make_unique<RE2>(pattern, pattern_options());
}

}  // namespace ripcord::probe
