#include "net/tls_contexts.hpp"

#include "base/text.hpp"
#include "net/certificate.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <system_error>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

constexpr std::size_t file_bytes_max = 4UL * 1024 * 1024;
/// Different settings whose contexts are kept; more than a configuration has.
constexpr std::size_t contexts_max = 256;

using Bytes = std::unique_ptr<BIO, decltype(&BIO_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bytes over(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

/// Without it OpenSSL would ask at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

X509Pointer next_certificate(BIO* from) {
  return {PEM_read_bio_X509_AUX(from, nullptr, &no_passphrase, nullptr), &X509_free};
}

std::unexpected<Error> is_no(const std::string& path, std::string_view what) {
  return failure(Fault::internal,
                 fmt::format("{} holds no {} in PEM form", printable(path, 200), what));
}

/// Whether there is something in what SSL_CERT_DIR names; several directories are not looked into.
bool holds_authorities(const std::string& directories) {
  std::error_code error;
  const bool is_empty = std::filesystem::is_empty(directories, error);
  return directories.contains(':') || (!error && !is_empty);
}

/// The system's authorities: found one by one when they are needed, since reading all of them takes
/// tens of milliseconds. That there are none is our own trouble, and no fault of any peer.
Result<void> trust_the_system(X509_STORE* store) {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets variables
  const char* file = std::getenv(X509_get_default_cert_file_env());
  const char* named = std::getenv(X509_get_default_cert_dir_env());
  // NOLINTEND(concurrency-mt-unsafe)
  if (file != nullptr && X509_STORE_load_file(store, file) == 1) return {};
  const std::string directory = named == nullptr ? X509_get_default_cert_dir() : named;
  const bool is_there = holds_authorities(directory);
  if (is_there && X509_STORE_load_path(store, directory.c_str()) == 1) return {};
  const char* bundle = X509_get_default_cert_file();
  if (named == nullptr && X509_STORE_load_file(store, bundle) == 1) return {};
  return failure(Fault::missing,
                 "this system has no certificate authorities (Debian package ca-certificates), "
                 "and no ca_file is named");
}

Result<void> trust(X509_STORE* store, const std::string& ca_file) {
  const Result<std::string> text = read_file(ca_file, file_bytes_max, Readers::any);
  if (!text) return std::unexpected(text.error());
  const Bytes bytes = over(*text);
  std::size_t found = 0;
  for (auto one = next_certificate(bytes.get()); one; one = next_certificate(bytes.get())) {
    if (X509_STORE_add_cert(store, one.get()) == 1) ++found;
  }
  if (found == 0) return is_no(ca_file, "certificate");
  // Whoever names an intermediate authority, or the server's own certificate, trusts just that.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

/// Shows `settings.cert_file` to peers that ask; the certificate itself.
Result<Certificate> show_certificate(SSL_CTX* context, const TlsSettings& settings) {
  const Result<std::string> text = read_file(settings.cert_file, file_bytes_max, Readers::any);
  if (!text) return std::unexpected(text.error());
  const Bytes bytes = over(*text);
  const X509Pointer own = next_certificate(bytes.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return is_no(settings.cert_file, "certificate");
  }
  for (auto more = next_certificate(bytes.get()); more; more = next_certificate(bytes.get())) {
    (void)SSL_CTX_add1_chain_cert(context, more.get());
  }
  return Certificate(own.get());
}

Result<void> take_key(SSL_CTX* context, const TlsSettings& settings) {
  const std::string& path = settings.key_file.empty() ? settings.cert_file : settings.key_file;
  const Result<std::string> text = read_file(path, file_bytes_max, Readers::not_all);
  if (!text) return std::unexpected(text.error());
  const Bytes bytes = over(*text);
  const KeyPointer key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, &no_passphrase, nullptr),
                       &EVP_PKEY_free);
  if (!key) return is_no(path, "private key without a passphrase");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return failure(Fault::internal,
                   fmt::format("the key in {} is not that of the certificate in {}",
                               printable(path, 200), printable(settings.cert_file, 200)));
  }
  return {};
}

TlsContext empty_context(TlsVersion version_min) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return context;
  const bool only_newest = version_min == TlsVersion::tls_1_3;
  (void)SSL_CTX_set_min_proto_version(context.get(), only_newest ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Without AUTO_RETRY a peer cannot keep us busy with messages that are no data. The buffers of an
  // idle connection are given back: there may be ten thousand.
  (void)SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  (void)SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  (void)SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

}  // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

TlsContexts::TlsContexts(asio::execution_context& owner) : service(owner) {}

TlsContexts& TlsContexts::of(const asio::any_io_executor& executor) {
  return asio::use_service<TlsContexts>(asio::query(executor, asio::execution::context));
}

TlsContexts::Stamps TlsContexts::stamps_of(const TlsSettings& settings) {
  const auto stamp = [](const std::string& path) {
    return path.empty() ? std::nullopt : stamp_of(path);
  };
  // An authority that is added to the system's directory, or taken out, changes the directory.
  return {
      settings.ca_file.empty() ? stamp_of(X509_get_default_cert_dir()) : stamp(settings.ca_file),
      stamp(settings.cert_file), stamp(settings.key_file)};
}

Result<TlsContexts::Made> TlsContexts::make(const TlsSettings& settings, const Stamps& stamps) {
  Made made{.context = empty_context(settings.version_min), .stamps = stamps, .expires = {}};
  if (!made.context) return failure(Fault::full, "no memory for TLS");
  X509_STORE* store = SSL_CTX_get_cert_store(made.context.get());
  const auto trusted =
      settings.ca_file.empty() ? trust_the_system(store) : trust(store, settings.ca_file);
  if (!trusted) return std::unexpected(trusted.error());
  if (!settings.cert_file.empty()) {
    const auto shown = show_certificate(made.context.get(), settings);
    if (!shown) return std::unexpected(shown.error());
    const auto taken = take_key(made.context.get(), settings);
    if (!taken) return std::unexpected(taken.error());
    made.expires = shown->valid_until();
  }
  return made;
}

Result<ssl_ctx_st*> TlsContexts::find(const TlsSettings& settings, Instant now) {
  TlsSettings nameless = settings;
  nameless.server_name.clear();
  const Stamps stamps = stamps_of(settings);
  auto place = made_.find(nameless);
  if (place == made_.end() || place->second.stamps != stamps) {
    Result<Made> fresh = make(settings, stamps);
    ERR_clear_error();
    if (!fresh) return std::unexpected(std::move(fresh).error());
    place = made_.insert_or_assign(std::move(nameless), *std::move(fresh)).first;
  }
  Made& made = place->second;
  if (made.expires && *made.expires <= now) {
    return failure(Fault::internal,
                   fmt::format("our own certificate {} expired {} ago ({})",
                               printable(settings.cert_file, 200), for_people(now - *made.expires),
                               to_rfc3339(*made.expires).substr(0, 10)));
  }
  made.used = ++uses_;
  ssl_ctx_st* const found = made.context.get();
  forget_the_oldest();
  return found;
}

void TlsContexts::forget_the_oldest() {
  if (made_.size() <= contexts_max) return;
  made_.erase(
      std::ranges::min_element(made_, {}, [](const auto& entry) { return entry.second.used; }));
}

}  // namespace ripcord::net
