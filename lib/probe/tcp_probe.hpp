#pragma once

#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_client.hpp"
#include "net/trace.hpp"
#include "probe/pattern.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe {

/// Parses `"host:port"`, `"[::1]:5432"` or `"unix:/run/x.sock"`; Fault::malformed with what is
/// wrong.
[[nodiscard]] Result<net::Place> parse_address(std::string_view text);

struct TcpProbeSettings {
  net::Place place;
  std::string send;    ///< what is sent once connected
  std::string expect;  ///< an RE2 pattern that must come; empty: nothing is waited for
  Duration timeout = std::chrono::seconds(2);  ///< of everything, name lookup included

  friend bool operator==(const TcpProbeSettings&, const TcpProbeSettings&) = default;
};

/// `connect_seconds`, `total_seconds`, `first_byte_seconds` from the connection to the first byte
/// (only when something is expected), `dns_seconds` (not of a unix socket), and with TLS
/// `tls_seconds` and `certificate_expiry_days`.
[[nodiscard]] Vocabulary vocabulary_of(const TcpProbeSettings& settings);

/// Good when the target takes a connection in time, shakes hands by TLS where it must, and says
/// what is expected. Makes a new connection for each sample and closes it.
///
/// Bad, each with its own reason, when it refuses, is unreachable, is too slow, hangs up, cannot be
/// trusted or says something else. Unknown when the name lookup or our own side failed.
class TcpProbe final : public Probe {
 public:
  /// Borrows `clock` and `resolver`. Pre: check_pattern(settings.expect).
  TcpProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
           TcpProbeSettings settings);
  ~TcpProbe() override;

  boost::asio::awaitable<Sample> take() override;
  [[nodiscard]] std::vector<Detail> details() const override;

 private:
  boost::asio::awaitable<Result<void>> meet(net::Limit limit);
  boost::asio::awaitable<Result<void>> talk(net::Connection& connection);
  boost::asio::awaitable<Result<void>> listen(net::Connection& connection);
  [[nodiscard]] Error explain(const boost::system::error_code& error,
                              const net::Connection& connection) const;
  [[nodiscard]] Error too_late(Duration given) const;
  [[nodiscard]] std::vector<Reading> readings(Instant now) const;

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  net::Resolver& resolver_;
  TcpProbeSettings settings_;
  std::string name_;  ///< of the place, for messages
  Pattern pattern_;

  // What the last take() saw.
  net::Trace trace_;
  std::string heard_;  ///< its beginning
};

}  // namespace ripcord::probe
