#include "net/tls_stream.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/errc.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

boost::system::error_code broken_protocol() {
  return make_error_code(boost::system::errc::protocol_error);
}

bool is_address(const std::string& name) {
  boost::system::error_code error;
  (void)asio::ip::make_address(name, error);
  return !error;
}

/// The name as a certificate has it: no zone of an address, no dot at the end.
std::string as_in_certificates(std::string name) {
  name.resize(std::min(name.find('%'), name.size()));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool expect_name(SSL* ssl, const std::string& name) {
  if (name.empty()) return false;  // OpenSSL would take it for "any name"
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl);
  if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(name.c_str())) == 1;  // NOLINT: the macro casts worse
}

}  // namespace

void FreeTlsSession::operator()(ssl_session_st* session) const noexcept {
  SSL_SESSION_free(session);
}

void TlsStream::Free::operator()(ssl_st* stream) const noexcept {
  SSL_free(stream);
}

TlsStream::TlsStream(Key /*key*/, int descriptor, std::string name, Instant now)
    : descriptor_(descriptor), name_(std::move(name)), now_(now) {}

TlsStream::~TlsStream() {
  // Says goodbye if that can be done at once: without it OpenSSL would not let the session be used
  // again either.
  if (SSL_is_init_finished(ssl_.get()) == 1 && !complaint_ && error_ == 0) {
    (void)SSL_shutdown(ssl_.get());
  }
  ERR_clear_error();
}

Result<std::unique_ptr<TlsStream>> TlsStream::over(int descriptor, ssl_ctx_st* context,
                                                   const std::string& name, Instant now) {
  auto stream = std::make_unique<TlsStream>(Key{}, descriptor, as_in_certificates(name), now);
  stream->ssl_.reset(SSL_new(context));
  SSL* const ssl = stream->ssl_.get();
  BIO* const bio = ssl == nullptr ? nullptr : make_bio(stream.get());
  if (bio == nullptr) return failure(Fault::full, "no memory for TLS");
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, stream.get());
  SSL_set_verify(ssl, SSL_VERIFY_PEER, &TlsStream::check);
  SSL_set_msg_callback(ssl, &TlsStream::overhear);
  SSL_set_msg_callback_arg(ssl, stream.get());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), seconds.count());
  if (!expect_name(ssl, stream->name_)) {
    return failure(Fault::internal,
                   fmt::format("\"{}\" cannot be the name in a certificate", printable(name, 100)));
  }
  return stream;
}

void TlsStream::resume(const TlsSession& session, Instant checked_at) {
  if (!session || SSL_set_session(ssl_.get(), session.get()) != 1) return;
  secured_.checked_at = checked_at;
}

asio::awaitable<boost::system::error_code> TlsStream::handshake(Socket& socket) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) break;
    const boost::system::error_code error = co_await ready(socket, result);
    if (error) co_return error;
  }
  secured_.version = SSL_get_version(ssl_.get());
  secured_.cipher = SSL_get_cipher_name(ssl_.get());
  secured_.certificate = Certificate(SSL_get0_peer_certificate(ssl_.get()));
  if (secured_.certificate.exists()) secured_.expires = secured_.certificate.valid_until();
  if (SSL_session_reused(ssl_.get()) == 0) secured_.checked_at = now_;
  SSL_set_msg_callback(ssl_.get(), nullptr);
  co_return boost::system::error_code();
}

asio::awaitable<Transferred> TlsStream::read_some(Socket& socket, char* bytes, std::size_t size) {
  for (;;) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), bytes, size, &got);
    if (result == 1) co_return Transferred{.error = {}, .bytes = got};
    const boost::system::error_code error = co_await ready(socket, result);
    if (error) co_return Transferred{.error = error};
  }
}

asio::awaitable<Transferred> TlsStream::write(Socket& socket, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    ERR_clear_error();
    std::size_t sent = 0;
    const int result =
        SSL_write_ex(ssl_.get(), text.data() + written, text.size() - written, &sent);
    written += sent;
    if (result == 1) continue;
    const boost::system::error_code error = co_await ready(socket, result);
    if (error) co_return Transferred{.error = error, .bytes = written};
  }
  co_return Transferred{.error = {}, .bytes = written};
}

asio::awaitable<boost::system::error_code> TlsStream::ready(Socket& socket, int result) {
  const int why = SSL_get_error(ssl_.get(), result);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) co_return failed(why);
  const auto what = why == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await socket.async_wait(what, asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(error);
  co_return error;
}

boost::system::error_code TlsStream::failed(int why) {
  if (why == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  const unsigned long code = ERR_peek_error();
  const bool is_hang_up =
      ended_ && (code == 0 || (ERR_GET_LIB(code) == ERR_LIB_SSL &&
                               ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING));
  if (is_hang_up) {
    // Whoever cuts the line in the middle can leave out the rest; only a close_notify is an end.
    const bool was_open = !secured_.version.empty();
    return was_open ? asio::error::connection_reset : make_error_code(asio::error::eof);
  }
  if (why == SSL_ERROR_SYSCALL && error_ != 0) return {error_, boost::system::system_category()};
  if (!complaint_) {
    const bool shows_certificate = SSL_get_certificate(ssl_.get()) != nullptr;
    complaint_ = tls_failure(code, shows_certificate, version_);
  }
  return broken_protocol();
}

bool TlsStream::is_idle() {
  char byte = 0;
  std::size_t got = 0;
  ERR_clear_error();
  const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
  const bool idle = result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
  if (!idle) error_ = ECONNRESET;  // no goodbye to one that is gone
  return idle;
}

TlsSession TlsStream::session() const {
  TlsSession session(SSL_get1_session(ssl_.get()));
  if (session && SSL_SESSION_is_resumable(session.get()) == 0) session.reset();
  return session;
}

// What OpenSSL calls.

bio_st* TlsStream::make_bio(TlsStream* stream) {
  // OpenSSL's own would write without MSG_NOSIGNAL.
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
    std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket of ripcord"),
        &BIO_meth_free);
    BIO_meth_set_write(made.get(), &TlsStream::send);
    BIO_meth_set_read(made.get(), &TlsStream::receive);
    BIO_meth_set_ctrl(made.get(), &TlsStream::control);
    return made;
  }();
  BIO* const bio = BIO_new(method.get());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, stream);
  BIO_set_init(bio, 1);
  return bio;
}

int TlsStream::send(bio_st* bio, const char* bytes, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto sent =
      ::send(self.descriptor_, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<int>(sent);
  if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_write(bio);
  } else {
    self.error_ = errno;
  }
  return -1;
}

int TlsStream::receive(bio_st* bio, char* bytes, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(self.descriptor_, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got > 0) return static_cast<int>(got);
  if (got == 0) {
    self.ended_ = true;
    return 0;
  }
  if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_read(bio);
  } else {
    self.error_ = errno;
  }
  return -1;
}

long TlsStream::control(bio_st* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<TlsStream*>(BIO_get_data(bio))->ended_ ? 1 : 0;
  return 0;
}

int TlsStream::check(int is_good, x509_store_ctx_st* verification) {
  if (is_good == 1) return 1;
  const auto* ssl = static_cast<SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
  self.secured_.certificate = Certificate(X509_STORE_CTX_get0_cert(verification));
  if (self.secured_.certificate.exists()) {
    self.secured_.expires = self.secured_.certificate.valid_until();
  }
  self.complaint_ = bad_certificate(verification, self.name_, self.now_);
  return 0;
}

// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's
void TlsStream::overhear(int writing, int /*version*/, int type, const void* bytes,
                         std::size_t size, ssl_st* /*stream*/, void* self) {
  // RFC 5246, 7.4.1.3: the version that a server has chosen follows the four bytes of the message's
  // header; the real one of TLS 1.3 stands elsewhere, but then nobody asks.
  const auto* message = static_cast<const unsigned char*>(bytes);
  const bool is_hello =
      writing == 0 && type == SSL3_RT_HANDSHAKE && size >= 6 && message[0] == SSL3_MT_SERVER_HELLO;
  if (is_hello) static_cast<TlsStream*>(self)->version_ = message[4] << 8 | message[5];
}

}  // namespace ripcord::net
