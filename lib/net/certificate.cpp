#include "net/certificate.hpp"

#include "base/text.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

constexpr std::size_t names_max = 100;
constexpr std::size_t name_bytes_max = 255;

std::string in_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0) {
    return {};
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return printable({text, static_cast<std::size_t>(length)}, name_bytes_max);
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  const int length = ASN1_STRING_to_UTF8(&text, value);
  if (length < 0) return {};
  std::string result = printable(
      {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)}, name_bytes_max);
  OPENSSL_free(text);
  return result;
}

std::string_view bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_in(std::string_view bytes) {
  asio::ip::address_v4::bytes_type four{};
  asio::ip::address_v6::bytes_type sixteen{};
  if (bytes.size() == four.size()) {
    std::ranges::copy(bytes, four.begin());
    return asio::ip::address_v4(four).to_string();
  }
  if (bytes.size() == sixteen.size()) {
    std::ranges::copy(bytes, sixteen.begin());
    return asio::ip::address_v6(sixteen).to_string();
  }
  return {};
}

std::string name_in(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) return printable(bytes_of(name.d.dNSName), name_bytes_max);
  if (name.type == GEN_IPADD) return address_in(bytes_of(name.d.iPAddress));
  return {};
}

std::optional<Instant> instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return Instant(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

Certificate::Certificate(x509_st* certificate) : certificate_(certificate) {
  if (certificate_ != nullptr) X509_up_ref(certificate_);
}

Certificate::Certificate(Certificate&& other) noexcept
    : certificate_(std::exchange(other.certificate_, nullptr)) {}

Certificate& Certificate::operator=(const Certificate& other) {
  *this = Certificate(other);
  return *this;
}

Certificate& Certificate::operator=(Certificate&& other) noexcept {
  std::swap(certificate_, other.certificate_);
  return *this;
}

Certificate::~Certificate() {
  X509_free(certificate_);
}

std::string Certificate::subject() const {
  return in_text(X509_get_subject_name(certificate_));
}

std::string Certificate::issuer() const {
  return in_text(X509_get_issuer_name(certificate_));
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate_, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list) && names.size() < names_max; ++i) {
    std::string name = name_in(*sk_GENERAL_NAME_value(list, i));
    if (!name.empty()) names.push_back(std::move(name));
  }
  GENERAL_NAMES_free(list);
  if (!names.empty()) return names;
  std::string common = common_name(X509_get_subject_name(certificate_));
  if (!common.empty()) names.push_back(std::move(common));
  return names;
}

std::optional<Instant> Certificate::valid_from() const {
  return instant_of(X509_get0_notBefore(certificate_));
}

std::optional<Instant> Certificate::valid_until() const {
  return instant_of(X509_get0_notAfter(certificate_));
}

std::string in_words(const std::vector<std::string>& names, std::size_t shown) {
  if (names.empty()) return "no name";
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

}  // namespace ripcord::net
