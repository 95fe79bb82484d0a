#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/effect.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::notify {

/// Where the incident stands that a message tells of.
enum class Standing : std::uint8_t {
  notice,    ///< it is told once, and nothing has to end
  firing,    ///< something is wrong
  resolved,  ///< it is over
};
[[nodiscard]] std::string_view to_string(Standing standing);

/// One line of numbers: `{"p95 latency", "6.2s, limit 5s"}`.
struct Number {
  std::string name;
  std::string value;

  friend bool operator==(const Number&, const Number&) = default;
};

struct Link {
  std::string name;
  std::string url;  ///< what is neither http nor https is not sent

  friend bool operator==(const Link&, const Link&) = default;
};

/// The id of a message that `key` tells from every other one: the same for the same key. Without a
/// dot, as Standard Webhooks wants it.
[[nodiscard]] std::string message_id(std::string_view key);

/// What a person is told, made before it is handed over and the same for every receiver. Texts may
/// hold anything: each receiver escapes and cuts them by its own rules.
struct Message {
  std::string id;     ///< constant over retries: what receivers know a repetition by
  std::string event;  ///< `"rollback.started"`, … (docs/deployment.md)
  Severity severity = Severity::info;  ///< when resolved: of what is over
  Standing standing = Standing::notice;
  std::string service;     ///< empty for what concerns the daemon
  std::string deployment;  ///< id; may be empty
  std::string version;
  std::string previous_version;
  /// Under which messages are grouped, and an alert is opened, told again and resolved. Never
  /// empty.
  std::string incident;
  Instant started_at;               ///< when the incident began
  Instant at;                       ///< of what is told
  std::optional<Instant> ended_at;  ///< when the incident was over
  std::string title;                ///< one line, complete without the rest
  std::string what_happened;        ///< a sentence or two
  std::vector<Number> numbers;      ///< in order of weight: the last are left out first
  std::string what_ripcord_did;     ///< may be empty
  std::string what_you_should_do;   ///< may be empty
  std::vector<Link> links;          ///< the first is that of the page
  std::string by;                   ///< `"ripcord"` or a person

  friend bool operator==(const Message&, const Message&) = default;
};

/// All of it as one line of JSON, for the outbox: parse_message(to_json(m)) == m, whatever its
/// texts hold.
[[nodiscard]] std::string to_json(const Message& message);
/// Fault::malformed with what is wrong. Members that it does not know are let pass.
[[nodiscard]] Result<Message> parse_message(std::string_view text);

}  // namespace ripcord::notify
