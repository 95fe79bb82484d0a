#pragma once

#include "base/time.hpp"

#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace ripcord::test {

/// A certificate (with its chain) and its private key, both as PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct CertificateWish {
  std::string common_name = "test";
  std::vector<std::string> names;  ///< DNS names and addresses
  Instant valid_from;
  Instant valid_until;
  int rsa_bits = 0;  ///< 0: an elliptic curve
};

/// Wishes for one that is valid from an hour before `now` for 30 days; without names, for that of
/// an authority.
[[nodiscard]] CertificateWish valid_for(std::vector<std::string> names, Instant now);

/// A certificate that nobody but itself vouches for.
[[nodiscard]] Identity self_signed(const CertificateWish& wish);

/// A certificate authority, made by libcrypto in a moment.
class Authority {
 public:
  explicit Authority(const CertificateWish& wish);
  /// One that `parent` vouches for.
  Authority(const CertificateWish& wish, const Authority& parent);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Its own certificate, as PEM: what a client trusts, or what stands between.
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] Identity issue(const CertificateWish& wish) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ripcord::test
