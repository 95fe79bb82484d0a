#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <string>
#include <string_view>

struct x509_store_ctx_st;

namespace ripcord::net {

/// Why a connection could not be secured, for the administrator, with a gap for the peer's name.
struct TlsComplaint {
  Fault fault = Fault::malformed;
  std::string before;  ///< what stands before the peer's name
  std::string after;

  [[nodiscard]] Error about(std::string_view peer) const;
};

/// What is wrong with the certificate that `verification` has just refused, at `now`, when a peer
/// called `name` was to show it.
[[nodiscard]] TlsComplaint bad_certificate(x509_store_ctx_st* verification, std::string_view name,
                                           Instant now);

/// What OpenSSL's error `code` means. `shows_certificate`: we have shown one of our own.
/// `version` is the one that the peer has spoken (0x0301: TLS 1.0), 0 when it is not known.
[[nodiscard]] TlsComplaint tls_failure(unsigned long code, bool shows_certificate, int version);

}  // namespace ripcord::net
