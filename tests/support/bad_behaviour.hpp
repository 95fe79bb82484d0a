#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace ripcord::test {

/// One way in which a peer can break its promise, and what a client of HTTP must make of it.
struct BadBehaviour {
  std::string name;  ///< of letters and digits
  Script script;
  Fault fault = Fault::internal;
  std::string words;  ///< that must be in the reason
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest asks for it by this name
inline void PrintTo(const BadBehaviour& behaviour, std::ostream* out) {
  *out << behaviour.name;
}

/// Those of HTTP: slowness, floods, hanging up at every phase, gibberish. A reply's body may have
/// 2,048 bytes.
[[nodiscard]] std::vector<BadBehaviour> bad_over_http();

/// Those of TLS, for a client that trusts `authority` and connects to 127.0.0.1 at `now`.
[[nodiscard]] std::vector<BadBehaviour> bad_over_tls(const Authority& authority, Instant now);

/// `script`, played through TLS by a peer that can be trusted and says goodbye.
[[nodiscard]] Script secured(Script script, const TlsFace& face);

}  // namespace ripcord::test
