#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace ripcord::net {

enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

/// How a client secures its connections. The peer's certificate and its name are always checked.
/// Files are PEM.
struct TlsSettings {
  std::string ca_file = {};      ///< the authorities that are trusted; empty: the system's
  std::string cert_file = {};    ///< our own certificate and its chain; empty: we show none
  std::string key_file = {};     ///< its private key; empty: it is in `cert_file`
  std::string server_name = {};  ///< that is asked for and checked; empty: the place's host
  TlsVersion version_min = TlsVersion::tls_1_2;

  friend auto operator<=>(const TlsSettings&, const TlsSettings&) = default;
};

}  // namespace ripcord::net
