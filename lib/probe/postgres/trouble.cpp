#include "probe/postgres/trouble.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace ripcord::probe::postgres {
namespace {

struct Code {
  std::string_view prefix;  ///< of a SQLSTATE
  State state;
};

/// The longest prefixes first.
constexpr std::array codes{
    Code{"57014", State::timeout},  // statement_timeout is the only one who cancels our queries
    Code{"57P03", State::not_accepting},
    Code{"57P", State::ended},
    Code{"53300", State::saturated},
    Code{"53", State::failing},  // insufficient resources
    Code{"58", State::failing},  // system error
    Code{"XX", State::failing},  // internal error, corrupted data
    Code{"08", State::broken},   // protocol violation
    Code{"3D000", State::no_database},
    Code{"28", State::authentication},
    Code{"42501", State::denied},
    Code{"25P03", State::ended},  // idle_in_transaction_session_timeout
};

struct SystemError {
  int error;
  State state;
};

constexpr std::array system_errors{
    SystemError{ECONNREFUSED, State::refused},
    SystemError{ENOENT, State::refused},
    SystemError{ENOTDIR, State::refused},
    SystemError{ENOTCONN, State::refused},
    SystemError{EHOSTUNREACH, State::unreachable},
    SystemError{ENETUNREACH, State::unreachable},
    SystemError{EHOSTDOWN, State::unreachable},
    SystemError{ENETDOWN, State::unreachable},
    SystemError{ETIMEDOUT, State::timeout},
    SystemError{ECONNRESET, State::closed},
    SystemError{EPIPE, State::closed},
    SystemError{ECONNABORTED, State::closed},
};

struct Phrase {
  std::string_view text;
  State state;
};

/// What libpq itself says; it is never translated here, because we never set a locale.
constexpr std::array phrases{
    Phrase{"server closed the connection unexpectedly", State::closed},
    Phrase{"SSL connection has been closed unexpectedly", State::closed},
    Phrase{"received invalid response to", State::broken},
    Phrase{"expected authentication request from server", State::broken},
    Phrase{"certificate verify failed", State::broken},
    Phrase{"does not match host name", State::broken},
};

constexpr std::size_t sqlstate_bytes = 5;

bool is_sqlstate(std::string_view text) {
  return text.size() == sqlstate_bytes && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

std::string_view line_of(std::string_view text) {
  return trim(text.substr(0, text.find('\n')));
}

/// Without `connection to server at "::1", port 5432 failed: `, which we say in our own words.
std::string_view without_place(std::string_view line) {
  constexpr std::string_view failed = " failed: ";
  const std::size_t at =
      line.starts_with("connection to server") ? line.find(failed) : std::string_view::npos;
  return at == std::string_view::npos ? line : line.substr(at + failed.size());
}

/// Of a message without a SQLSTATE.
State state_of_words(std::string_view words) {
  for (const Phrase& phrase : phrases) {
    if (words.contains(phrase.text)) return phrase.state;
  }
  for (const SystemError& known : system_errors) {
    if (words.contains(std::generic_category().message(known.error))) return known.state;
  }
  return State::own;
}

}  // namespace

State state_of(std::string_view sqlstate) {
  const auto code = std::ranges::find_if(
      codes, [&](const Code& known) { return sqlstate.starts_with(known.prefix); });
  return code == codes.end() ? State::query : code->state;
}

Trouble parse_trouble(std::string_view words) {
  // "FATAL:  53300: sorry, too many clients already"; libpq may have tried twice, with TLS and
  // without, and the last word counts.
  constexpr std::string_view gap = ":  ";
  for (std::size_t at = words.rfind(gap); at != std::string_view::npos && at > 0;
       at = words.rfind(gap, at - 1)) {
    const std::string_view rest = words.substr(at + gap.size());
    if (!is_sqlstate(rest.substr(0, sqlstate_bytes)) ||
        !rest.substr(sqlstate_bytes).starts_with(": ")) {
      continue;
    }
    const std::string_view sqlstate = rest.substr(0, sqlstate_bytes);
    return {.state = state_of(sqlstate),
            .sqlstate = std::string(sqlstate),
            .message = printable(line_of(rest.substr(sqlstate_bytes + 2))),
            .ends_session = true};
  }
  return {.state = state_of_words(words),
          .message = printable(without_place(line_of(words))),
          .ends_session = true};
}

Outcome outcome_of(const Trouble& trouble, bool was_connected) {
  switch (trouble.state) {
    case State::refused:
    case State::unreachable:
    case State::timeout:
    case State::closed:
    case State::not_accepting:
    case State::ended:
    case State::saturated:
    case State::failing:
    case State::broken:
      return Outcome::bad;
    case State::no_database:
      return was_connected ? Outcome::bad : Outcome::unknown;
    case State::authentication:
    case State::denied:
    case State::query:
    case State::own:
      break;
  }
  return Outcome::unknown;
}

std::string describe(const Trouble& trouble) {
  const auto words = [&]() -> std::string_view {
    switch (trouble.state) {
      case State::not_accepting:
        return "it accepts no connections: ";
      case State::saturated:
        return "every connection is taken: ";
      case State::authentication:
        return "it does not let us in: ";
      default:
        return "";
    }
  }();
  if (trouble.sqlstate.empty()) return fmt::format("{}{}", words, trouble.message);
  return fmt::format("{}{} ({})", words, trouble.message, trouble.sqlstate);
}

}  // namespace ripcord::probe::postgres
