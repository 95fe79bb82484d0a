#pragma once

#include "act/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/run.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::act {

/// The content of a record file, in order (docs/runs.md). Keys are 1 to 64 of `A-Z a-z 0-9 _ . -`
/// and unique; values are any bytes.
using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t record_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t record_fields_max = 256;

/// One `key=value` line each. In values a backslash, every control character and DEL is written
/// as `\xHH`, so that a value never has a line end. Pre: the keys are valid and unique.
[[nodiscard]] std::string format_fields(const Fields& fields);

/// The exact inverse. Fault::malformed for anything that format_fields() does not write, with the
/// number of the line: a record that was cut or damaged is never half believed.
[[nodiscard]] Result<Fields> parse_fields(std::string_view text);

/// Nothing when the key is not there. Borrows from `fields`. O(fields).
[[nodiscard]] std::optional<std::string_view> value_of(const Fields& fields, std::string_view key);

/// `shim`: who keeps the run.
struct ShimRecord {
  ProcessMark process;
  std::string boot_id;
};

/// `started`: what was started. Its mere existence forbids another start.
struct StartedRecord {
  ProcessMark process;
  Instant at;
};

/// How much a command printed.
struct OutputCount {
  std::uint64_t bytes = 0;     ///< in all
  std::uint64_t left_out = 0;  ///< of these, not in the file `output`
};

/// `result`: how the run ended.
struct ResultRecord {
  RunResult result;
  OutputCount output;
};

[[nodiscard]] Fields to_fields(const ShimRecord& record);
[[nodiscard]] Fields to_fields(const StartedRecord& record);
/// At most 4 KiB when written: the message is made printable and cut to 1,500 bytes.
[[nodiscard]] Fields to_fields(const ResultRecord& record);

/// Fault::malformed, with the key, when one is missing or wrong.
[[nodiscard]] Result<ShimRecord> parse_shim(const Fields& fields);
[[nodiscard]] Result<StartedRecord> parse_started(const Fields& fields);
[[nodiscard]] Result<ResultRecord> parse_result(const Fields& fields);

}  // namespace ripcord::act
