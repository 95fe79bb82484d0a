#pragma once

#include "base/indirect.hpp"
#include "base/time.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <vector>

namespace ripcord::net {

/// How one exchange went, phase by phase. What did not happen in it is nothing: over a kept
/// connection there is no lookup, no connecting and no handshake.
struct Trace {
  std::optional<Duration> dns;         ///< until the name was looked up
  std::optional<Duration> connect;     ///< until the address that answered was connected
  std::optional<Duration> tls;         ///< of the handshake, even one that failed
  std::optional<Duration> first_byte;  ///< from the request to the first byte of the reply
  Duration total{};
  bool kept = false;                            ///< it went over a kept connection
  std::vector<boost::asio::ip::address> tried;  ///< in order; the last is the connected one, if any
  OptionalIndirect<Secured> secured;            ///< nothing without TLS
};

}  // namespace ripcord::net
