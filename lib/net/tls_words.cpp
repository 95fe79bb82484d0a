#include "net/tls_words.hpp"

#include "base/text.hpp"
#include "net/certificate.hpp"

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace ripcord::net {
namespace {

constexpr std::size_t names_shown = 5;

std::string day_of(Instant instant) {
  return to_rfc3339(instant).substr(0, 10);
}

std::string expired(const Certificate& certificate, Instant now) {
  const auto until = certificate.valid_until();
  if (!until) return " has no readable end of its validity";
  return fmt::format(" expired {} ago ({})", for_people(now - *until), day_of(*until));
}

std::string not_yet_valid(const Certificate& certificate, Instant now) {
  const auto from = certificate.valid_from();
  if (!from) return " has no readable beginning of its validity";
  return fmt::format(" is not valid before {} (in {})", day_of(*from), for_people(*from - now));
}

/// `" is not signed by …"`, or whatever else is wrong with `certificate`.
std::string objection(int error, const Certificate& certificate, std::string_view name,
                      Instant now) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return expired(certificate, now);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return not_yet_valid(certificate, now);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(" is for {}; not for {}", in_words(certificate.names(), names_shown),
                         printable(name, 100));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return " is not signed by a known authority: it is signed by itself";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format(" is not signed by a known authority: its root \"{}\" is not trusted",
                         certificate.subject());
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format(
          " is not signed by a known authority: \"{}\" is not trusted, and nothing leads from it "
          "to one that is",
          certificate.issuer());
    default:
      return fmt::format(" cannot be trusted: {}", X509_verify_cert_error_string(error));
  }
}

/// RFC 8446, 6.2: what a peer says of the certificate that we showed, or did not.
bool is_about_our_certificate(int alert) {
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

TlsComplaint alerted(int alert, bool shows_certificate) {
  if (alert == SSL_AD_CERTIFICATE_REQUIRED ||
      (is_about_our_certificate(alert) && !shows_certificate)) {
    return {Fault::refused, "", " wants a client certificate (client_cert_file)"};
  }
  const std::string why = SSL_alert_desc_string_long(alert);
  if (is_about_our_certificate(alert)) {
    return {Fault::refused, "", " refused our client certificate: " + why};
  }
  return {Fault::refused, "", " refused the TLS connection: " + why};
}

std::string_view version_name(int version) {
  switch (version) {
    case SSL3_VERSION:
      return "SSL 3.0";
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    case TLS1_2_VERSION:
      return "TLS 1.2";
    default:
      return {};
  }
}

TlsComplaint too_old(int version) {
  const std::string_view name = version_name(version);
  if (name.empty()) return {Fault::malformed, "", " speaks no version of TLS that is new enough"};
  return {Fault::malformed, "", fmt::format(" speaks only {}, which is too old", name)};
}

}  // namespace

Error TlsComplaint::about(std::string_view peer) const {
  return {fault, fmt::format("{}{}{}", before, peer, after)};
}

TlsComplaint bad_certificate(x509_store_ctx_st* verification, std::string_view name, Instant now) {
  const int error = X509_STORE_CTX_get_error(verification);
  const int depth = X509_STORE_CTX_get_error_depth(verification);
  X509* current = X509_STORE_CTX_get_current_cert(verification);
  if (current == nullptr) current = X509_STORE_CTX_get0_cert(verification);
  const Certificate certificate(current);
  if (!certificate.exists()) {
    return {Fault::malformed, "",
            fmt::format(" cannot be trusted: {}", X509_verify_cert_error_string(error))};
  }
  std::string after = objection(error, certificate, name, now);
  const bool is_leafs = depth == 0 || error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
  if (is_leafs) return {Fault::malformed, "the certificate of ", std::move(after)};
  return {Fault::malformed,
          fmt::format("the certificate of the authority \"{}\" behind ", certificate.subject()),
          std::move(after)};
}

TlsComplaint tls_failure(unsigned long code, bool shows_certificate, int version) {
  const int reason = ERR_GET_REASON(code);
  const bool is_ssl = ERR_GET_LIB(code) == ERR_LIB_SSL;
  if (!is_ssl) {
    const char* words = ERR_reason_error_string(code);
    return {Fault::malformed, "TLS with ",
            fmt::format(" failed: {}", words == nullptr ? "no reason is known" : words)};
  }
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return too_old(version);
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return {Fault::malformed, "", " does not speak TLS"};
    default:
      break;
  }
  if (reason > SSL_AD_REASON_OFFSET) {
    return alerted(reason - SSL_AD_REASON_OFFSET, shows_certificate);
  }
  return {Fault::malformed, "TLS with ", fmt::format(" failed: {}", ERR_reason_error_string(code))};
}

}  // namespace ripcord::net
