#include "act/record.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ripcord::act {
namespace {

bool is_key(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || byte == '\\';
}

std::string escape(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  for (const char c : value) {
    if (needs_escape(c)) {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text.push_back(c);
    }
  }
  return text;
}

/// The byte that an escape sequence of four characters stands for, if it is one that we write.
std::optional<char> unescape_one(std::string_view sequence) {
  if (sequence.size() != 4 || sequence[1] != 'x') return std::nullopt;
  unsigned byte = 0;
  const char* last = sequence.data() + 4;
  const auto [end, error] = std::from_chars(sequence.data() + 2, last, byte, 16);
  if (error != std::errc() || end != last) return std::nullopt;
  const char c = static_cast<char>(byte);
  // Only one text stands for a value, so that parsing is the exact inverse of formatting.
  if (!needs_escape(c) || escape({&c, 1}) != sequence) return std::nullopt;
  return c;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) {
      value.push_back(text[i]);
      continue;
    }
    const std::optional<char> c = unescape_one(text.substr(i, 4));
    if (text[i] != '\\' || !c) return std::nullopt;
    value.push_back(*c);
    i += 3;
  }
  return value;
}

std::unexpected<Error> malformed_line(std::size_t number, std::string_view what) {
  return failure(Fault::malformed, fmt::format("line {}: {}", number, what));
}

template <class Number>
Result<Number> number_of(const Fields& fields, std::string_view key) {
  const std::string_view text = value_of(fields, key).value_or("");
  Number number{};
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (text.empty() || error != std::errc() || end != last) {
    return failure(Fault::malformed, fmt::format("{} is not a number that fits", key));
  }
  return number;
}

Result<Instant> instant_of(const Fields& fields, std::string_view key) {
  const auto microseconds = number_of<Duration::rep>(fields, key);
  if (!microseconds) return std::unexpected(microseconds.error());
  return Instant(Duration(*microseconds));
}

std::string text_of(Instant instant) {
  return std::to_string(instant.time_since_epoch().count());
}

Result<ProcessMark> mark_of(const Fields& fields) {
  const auto pid = number_of<pid_t>(fields, "pid");
  if (!pid) return std::unexpected(pid.error());
  const auto start_time = number_of<std::uint64_t>(fields, "start_time");
  if (!start_time) return std::unexpected(start_time.error());
  if (*pid <= 0) return failure(Fault::malformed, "pid is not positive");
  return ProcessMark{*pid, *start_time};
}

Result<OutputCount> output_of(const Fields& fields) {
  const auto bytes = number_of<std::uint64_t>(fields, "output_bytes");
  if (!bytes) return std::unexpected(bytes.error());
  const auto left_out = number_of<std::uint64_t>(fields, "output_left_out");
  if (!left_out) return std::unexpected(left_out.error());
  return OutputCount{*bytes, *left_out};
}

}  // namespace

std::string format_fields(const Fields& fields) {
  std::string text;
  for (const auto& [key, value] : fields) {
    RIPCORD_CONTRACT(is_key(key));
    text += key;
    text += '=';
    text += escape(value);
    text += '\n';
  }
  return text;
}

Result<Fields> parse_fields(std::string_view text) {
  if (text.size() > record_bytes_max) return failure(Fault::malformed, "larger than 64 KiB");
  Fields fields;
  while (!text.empty()) {
    const std::size_t number = fields.size() + 1;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed_line(number, "is cut");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);

    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return malformed_line(number, "has no \"=\"");
    const std::string_view key = line.substr(0, equals);
    if (!is_key(key)) return malformed_line(number, "has no valid key");
    if (value_of(fields, key)) return malformed_line(number, "repeats a key");
    if (fields.size() == record_fields_max) return malformed_line(number, "is one too many");
    std::optional<std::string> value = unescape(line.substr(equals + 1));
    if (!value) return malformed_line(number, "has a value that is not escaped as it must be");
    fields.emplace_back(key, std::move(*value));
  }
  return fields;
}

std::optional<std::string_view> value_of(const Fields& fields, std::string_view key) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == key; });
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

Fields to_fields(const ShimRecord& record) {
  return {{"pid", std::to_string(record.process.pid)},
          {"start_time", std::to_string(record.process.start_time)},
          {"boot_id", record.boot_id}};
}

Fields to_fields(const StartedRecord& record) {
  return {{"pid", std::to_string(record.process.pid)},
          {"start_time", std::to_string(record.process.start_time)},
          {"at", text_of(record.at)}};
}

Fields to_fields(const ResultRecord& record) {
  const RunResult& result = record.result;
  Fields fields{{"outcome", std::string(to_string(result.outcome))},
                {"code", std::to_string(result.code)}};
  if (result.started_at) fields.emplace_back("started_at", text_of(*result.started_at));
  fields.emplace_back("ended_at", text_of(result.ended_at));
  fields.emplace_back("message", printable(result.message, 1500));
  if (!result.irreversible.empty()) {
    fields.emplace_back("irreversible", printable(result.irreversible, 300));
  }
  fields.emplace_back("output_bytes", std::to_string(record.output.bytes));
  fields.emplace_back("output_left_out", std::to_string(record.output.left_out));
  return fields;
}

Result<ShimRecord> parse_shim(const Fields& fields) {
  const Result<ProcessMark> mark = mark_of(fields);
  if (!mark) return std::unexpected(mark.error());
  const auto boot = value_of(fields, "boot_id");
  if (!boot) return failure(Fault::malformed, "boot_id is missing");
  return ShimRecord{*mark, std::string(*boot)};
}

Result<StartedRecord> parse_started(const Fields& fields) {
  const Result<ProcessMark> mark = mark_of(fields);
  if (!mark) return std::unexpected(mark.error());
  const Result<Instant> at = instant_of(fields, "at");
  if (!at) return std::unexpected(at.error());
  return StartedRecord{*mark, *at};
}

Result<ResultRecord> parse_result(const Fields& fields) {
  ResultRecord record;
  const auto outcome = parse_run_outcome(value_of(fields, "outcome").value_or(""));
  if (!outcome) return std::unexpected(outcome.error());
  record.result.outcome = *outcome;

  const auto code = number_of<int>(fields, "code");
  if (!code) return std::unexpected(code.error());
  record.result.code = *code;

  if (value_of(fields, "started_at")) {
    const Result<Instant> started = instant_of(fields, "started_at");
    if (!started) return std::unexpected(started.error());
    record.result.started_at = *started;
  }
  const Result<Instant> ended = instant_of(fields, "ended_at");
  if (!ended) return std::unexpected(ended.error());
  record.result.ended_at = *ended;

  const auto message = value_of(fields, "message");
  if (!message) return failure(Fault::malformed, "message is missing");
  record.result.message = *message;
  record.result.irreversible = value_of(fields, "irreversible").value_or("");

  const Result<OutputCount> output = output_of(fields);
  if (!output) return std::unexpected(output.error());
  record.output = *output;
  return record;
}

}  // namespace ripcord::act
