#pragma once

#include "probe/postgres/trouble.hpp"

#include <string>
#include <vector>

namespace ripcord::probe::postgres {

/// One place where a server may be, in libpq's words.
struct Place {
  std::string host;     ///< a name, an address, a socket's directory; empty: libpq's default
  std::string address;  ///< numeric; empty when there is none or none is needed
  std::string port;

  /// Whether libpq would look `host` up, which blocks, if we did not.
  [[nodiscard]] bool needs_lookup() const;
  friend bool operator==(const Place&, const Place&) = default;
};

/// `"db.example:5432 (192.0.2.1)"`, `"/run/postgresql:5432"`.
[[nodiscard]] std::string to_string(const Place& place);

/// Where `dsn` leads by libpq's own rules: what it says itself, a service file, the PG* variables,
/// the defaults. Reads small files; connects to nothing.
[[nodiscard]] Tried<std::vector<Place>> places_of(const std::string& dsn);

}  // namespace ripcord::probe::postgres
