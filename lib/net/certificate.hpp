#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

struct x509_st;

namespace ripcord::net {

/// An X.509 certificate: a shared, immutable value, cheap to copy; or none.
class Certificate {
 public:
  Certificate() = default;
  /// Shares `certificate` (it may be null).
  explicit Certificate(x509_st* certificate);
  Certificate(const Certificate& other) : Certificate(other.certificate_) {}
  Certificate(Certificate&& other) noexcept;
  Certificate& operator=(const Certificate& other);
  Certificate& operator=(Certificate&& other) noexcept;
  ~Certificate();

  [[nodiscard]] bool exists() const { return certificate_ != nullptr; }

  // Of one that exists; all of it printable. What the certificate does not say is empty.
  [[nodiscard]] std::string subject() const;  ///< `"CN = a.example, O = A"`
  [[nodiscard]] std::string issuer() const;
  /// The names and addresses that it is for; the subject's common name when it lists none. At most
  /// 100.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::optional<Instant> valid_from() const;
  [[nodiscard]] std::optional<Instant> valid_until() const;

 private:
  x509_st* certificate_ = nullptr;
};

/// `"a, b and 3 more"`: at most `shown` of them.
[[nodiscard]] std::string in_words(const std::vector<std::string>& names, std::size_t shown);

}  // namespace ripcord::net
