#include "probe/log/cursor.hpp"
#include "probe/log/splitters.hpp"
#include "probe/log/tally.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace ripcord::probe::log;

constexpr std::size_t line_bytes_max = 64;

void expect(bool condition) {
  if (!condition) std::abort();
}

/// What a log says, read as pieces of `step` bytes: every line, with its stream before it.
std::optional<std::string> lines_of(std::string_view bytes, std::size_t step) {
  FrameSplitter frames;
  std::array<LineSplitter, Cursor::streams> lines{
      LineSplitter(line_bytes_max), LineSplitter(line_bytes_max), LineSplitter(line_bytes_max)};
  Cursor cursor;
  std::string all;
  const auto keep = [&](int stream, std::string_view line) {
    expect(line.size() <= line_bytes_max);
    const auto text = cursor.take(static_cast<std::size_t>(stream), line, {});
    if (text) all += static_cast<char>('0' + stream) + std::string(*text) + "\n";
  };
  const auto cut = [&](int stream, std::string_view payload) {
    lines[static_cast<std::size_t>(stream)].take(
        payload, [&](std::string_view line) { keep(stream, line); });
  };
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!frames.take(bytes.substr(at, step), cut)) return std::nullopt;
  }
  (void)cursor.since();
  return all;
}

}  // namespace

/// However a container's log is cut into pieces, it has the same lines.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes
  const auto whole = lines_of(bytes, size == 0 ? 1 : size);
  for (const std::size_t step : {1U, 3U, 7U}) expect(lines_of(bytes, step) == whole);

  Tally tally({{"x", "a+b|[[:cntrl:]]"}}, 100);
  LineSplitter lines(line_bytes_max);
  lines.take(bytes, [&](std::string_view line) { tally.take(line, {}); });
  for (const std::string& line : tally.last_lines()) {
    expect(line.find_first_of("\r\n\x1b") == std::string::npos);
  }
  expect(tally.dropped() <= tally.lines());
  return 0;
}
