#pragma once

#include "model/sample.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace ripcord::probe::postgres {

/// What kept a server from answering, as far as it matters.
enum class State : std::uint8_t {
  refused,         ///< nobody listens
  unreachable,     ///< no way there
  timeout,         ///< it took too long
  closed,          ///< it hung up, without a word
  not_accepting,   ///< it is starting, shutting down or recovering (57P03)
  ended,           ///< it ended our session: an administrator, a shutdown, a crash (57P01, 57P02)
  saturated,       ///< every connection is taken (53300)
  failing,         ///< it said that it cannot: out of memory, out of disk, an internal error
  no_database,     ///< 3D000
  authentication,  ///< it does not let us in (class 28)
  denied,          ///< a right is missing (42501)
  query,           ///< the query is wrong
  broken,          ///< what answers there is not PostgreSQL, or not who it must be
  own,             ///< on our side, or not to be told whose
};

struct Trouble {
  State state = State::own;
  std::string sqlstate = {};  ///< five letters; empty when the server said nothing
  std::string message = {};   ///< one printable line without any secret
  bool ends_session = false;

  friend bool operator==(const Trouble&, const Trouble&) = default;
};

template <class T>
using Tried = std::expected<T, Trouble>;

/// By the class and code of Appendix A of PostgreSQL's manual. Whatever is not known to be the
/// server's own trouble is taken for a wrong query.
[[nodiscard]] State state_of(std::string_view sqlstate);

/// Reads what libpq says of a connection that was not made or was lost, told verbosely: the last
/// SQLSTATE in it, or else the error of the system.
[[nodiscard]] Trouble parse_trouble(std::string_view words);

/// What it means to a sample. That a database is not there counts only if it once was
/// (`was_connected`): else it may never have been.
[[nodiscard]] Outcome outcome_of(const Trouble& trouble, bool was_connected);

/// `"every connection is taken: sorry, too many clients already (53300)"`.
[[nodiscard]] std::string describe(const Trouble& trouble);

}  // namespace ripcord::probe::postgres
