#include "tests/support/certificates.hpp"

#include <atomic>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace ripcord::test {
namespace {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using X509Pointer = std::unique_ptr<X509, FreeX509>;
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;
using BioPointer = std::unique_ptr<BIO, FreeBio>;

void must(bool done) {
  if (!done) throw std::runtime_error("libcrypto could not make a certificate");
}

KeyPointer make_key(int rsa_bits) {
  KeyPointer key(rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits)) : EVP_EC_gen("P-256"));
  must(key != nullptr);
  return key;
}

std::string text_of(const BioPointer& bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

std::string pem_of(X509* certificate) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio);
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

bool looks_like_an_address(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos || name.contains(':');
}

void name_it(X509* certificate, const CertificateWish& wish) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1);
}

void set_time(ASN1_TIME* time, Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch());
  must(ASN1_TIME_set(time, seconds.count()) != nullptr);
}

X509Pointer draft(const CertificateWish& wish, EVP_PKEY* key) {
  static std::atomic<long> serial = 1;
  X509Pointer certificate(X509_new());
  must(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  set_time(X509_getm_notBefore(certificate.get()), wish.valid_from);
  set_time(X509_getm_notAfter(certificate.get()), wish.valid_until);
  X509_set_pubkey(certificate.get(), key);
  name_it(certificate.get(), wish);
  return certificate;
}

/// Signed by `issuer`, or by itself when that is null.
void sign(X509* certificate, const CertificateWish& wish, bool is_authority, X509* issuer,
          EVP_PKEY* key) {
  X509* by = issuer == nullptr ? certificate : issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(by));
  extend(certificate, by, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  extend(certificate, by, NID_subject_key_identifier, "hash");
  std::string names;
  for (const std::string& name : wish.names) {
    names += (names.empty() ? "" : ",");
    names += (looks_like_an_address(name) ? "IP:" : "DNS:") + name;
  }
  if (!names.empty()) extend(certificate, by, NID_subject_alt_name, names);
  must(X509_sign(certificate, key, EVP_sha256()) > 0);
}

}  // namespace

struct Authority::Parts {
  X509Pointer certificate;
  KeyPointer key;
};

CertificateWish valid_for(std::vector<std::string> names, Instant now) {
  using namespace std::chrono_literals;
  // An authority and what it issues need two names: one that is its own issuer signs itself.
  std::string common_name = names.empty() ? "Test Authority" : names.front();
  return {.common_name = std::move(common_name),
          .names = std::move(names),
          .valid_from = now - 1h,
          .valid_until = now + 24h * 30};
}

Identity self_signed(const CertificateWish& wish) {
  const KeyPointer key = make_key(wish.rsa_bits);
  const X509Pointer certificate = draft(wish, key.get());
  sign(certificate.get(), wish, false, nullptr, key.get());
  return {.certificate = pem_of(certificate.get()), .key = pem_of(key.get())};
}

Authority::Authority(const CertificateWish& wish) : parts_(std::make_unique<Parts>()) {
  parts_->key = make_key(wish.rsa_bits);
  parts_->certificate = draft(wish, parts_->key.get());
  sign(parts_->certificate.get(), wish, true, nullptr, parts_->key.get());
}

Authority::Authority(const CertificateWish& wish, const Authority& parent)
    : parts_(std::make_unique<Parts>()) {
  parts_->key = make_key(wish.rsa_bits);
  parts_->certificate = draft(wish, parts_->key.get());
  sign(parts_->certificate.get(), wish, true, parent.parts_->certificate.get(),
       parent.parts_->key.get());
}

Authority::~Authority() = default;

std::string Authority::pem() const {
  return pem_of(parts_->certificate.get());
}

Identity Authority::issue(const CertificateWish& wish) const {
  const KeyPointer key = make_key(wish.rsa_bits);
  const X509Pointer certificate = draft(wish, key.get());
  sign(certificate.get(), wish, false, parts_->certificate.get(), parts_->key.get());
  return {.certificate = pem_of(certificate.get()), .key = pem_of(key.get())};
}

}  // namespace ripcord::test
