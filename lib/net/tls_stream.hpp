#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/certificate.hpp"
#include "net/tls_words.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct bio_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace ripcord::net {

/// TCP or unix: one type for both, so that everything above is compiled once.
using Socket = boost::asio::generic::stream_protocol::socket;

struct FreeTlsSession {
  void operator()(ssl_session_st* session) const noexcept;
};
/// What a peer and we still know of each other after a connection: makes the next one cheap.
using TlsSession = std::unique_ptr<ssl_session_st, FreeTlsSession>;

/// How a connection is secured. `version` and `cipher` are OpenSSL's own, for ever.
struct Secured {
  std::string_view version;  ///< `"TLSv1.3"`; empty when the handshake failed
  std::string_view cipher;
  Certificate certificate;         ///< the peer's, even one that was refused
  std::optional<Instant> expires;  ///< when that one does
  Instant checked_at;              ///< when the certificate was seen and checked
};

/// How much went over the wire, and why no more.
struct Transferred {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// The client's side of TLS over a socket that it borrows with each call. OpenSSL works on the
/// descriptor itself: an idle connection holds no buffers.
class TlsStream {
  struct Key {};  ///< only over() makes streams

 public:
  /// Takes over nothing; the descriptor must outlive the stream. `name` is the DNS name or the
  /// address that the peer's certificate must be for, at `now`. Fault::full, internal.
  static Result<std::unique_ptr<TlsStream>> over(int descriptor, ssl_ctx_st* context,
                                                 const std::string& name, Instant now);
  TlsStream(Key key, int descriptor, std::string name, Instant now);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// Offers to go on from `session`, which was checked at `checked_at`. Before handshake().
  void resume(const TlsSession& session, Instant checked_at);

  // Each throws only when cancelled. An error other than that of the socket is explained by
  // complaint().
  boost::asio::awaitable<boost::system::error_code> handshake(Socket& socket);
  /// eof when the peer has said that it is done; hanging up without it is connection_reset.
  boost::asio::awaitable<Transferred> read_some(Socket& socket, char* bytes, std::size_t size);
  boost::asio::awaitable<Transferred> write(Socket& socket, std::string_view text);

  [[nodiscard]] const std::optional<TlsComplaint>& complaint() const { return complaint_; }
  [[nodiscard]] const Secured& secured() const { return secured_; }
  /// Whether the peer has sent nothing but what TLS itself needs. After the handshake.
  [[nodiscard]] bool is_idle();
  /// What the next connection can go on from; null when the peer does not want that.
  [[nodiscard]] TlsSession session() const;

 private:
  struct Free {
    void operator()(ssl_st* stream) const noexcept;
  };

  static int send(bio_st* bio, const char* bytes, int size);
  static int receive(bio_st* bio, char* bytes, int size);
  static long control(bio_st* bio, int command, long number, void* pointer);
  static int check(int is_good, x509_store_ctx_st* verification);
  // NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's
  static void overhear(int writing, int version, int type, const void* bytes, std::size_t size,
                       ssl_st* stream, void* self);
  [[nodiscard]] static bio_st* make_bio(TlsStream* stream);

  /// Waits until the call that gave `result` is worth repeating; what ended it otherwise.
  boost::asio::awaitable<boost::system::error_code> ready(Socket& socket, int result);
  [[nodiscard]] boost::system::error_code failed(int why);

  int descriptor_;
  int error_ = 0;       ///< errno of the last call on the socket that failed
  int version_ = 0;     ///< that the peer has chosen
  bool ended_ = false;  ///< the peer has hung up
  std::string name_;
  Instant now_;
  std::optional<TlsComplaint> complaint_;
  Secured secured_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace ripcord::net
