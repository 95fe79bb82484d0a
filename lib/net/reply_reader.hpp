#pragma once

#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace ripcord::net {

/// Reads one reply, however it is framed. Can be asked how far it came when it was cut short.
class ReplyReader {
 public:
  /// `head`: the request was a HEAD, so no body follows.
  ReplyReader(ClientLimits limits, bool head);

  /// Begins anew, as if it had just been made.
  void restart(ClientLimits limits, bool head);

  /// Takes what it can use of what has come: skips interim (1xx) replies, and is done at the end of
  /// the final one. Nothing when it is done; need_more, which is no failure; or what is wrong.
  [[nodiscard]] boost::system::error_code take_in(boost::beast::flat_buffer& received, Instant now);
  /// Nothing more will come: nothing when the reply ends with it, or what is wrong.
  [[nodiscard]] boost::system::error_code end();

  /// How much to read next; 0 when no more fits before the end of the header.
  [[nodiscard]] std::size_t wants(const boost::beast::flat_buffer& received) const;

  /// Reads until it is done. Throws only when cancelled. Borrows both.
  boost::asio::awaitable<boost::system::error_code> read(Clock& clock, Connection& connection);

  [[nodiscard]] bool has_begun() const {
    return first_byte_at_.has_value();
  }  ///< at least one byte has come
  [[nodiscard]] std::optional<Instant> first_byte_at() const { return first_byte_at_; }
  [[nodiscard]] bool is_in_body() const;
  [[nodiscard]] bool never_came_to_the_point() const { return interim_ > interim_max; }

  /// Whether the connection can carry another exchange. Pre: it is done.
  [[nodiscard]] bool may_keep() const;
  [[nodiscard]] Reply take();

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  /// A peer that sends only these would keep us busy until the deadline.
  static constexpr int interim_max = 16;

  void start_over();

  /// Gives the parser what has come until it has `reached` what is asked of it.
  boost::system::error_code parse_until(boost::beast::flat_buffer& received,
                                        bool (Parser::*reached)() const);

  ClientLimits limits_;
  bool head_ = false;
  bool is_http_ = false;  ///< it begins like HTTP
  int interim_ = 0;       ///< interim replies so far
  bool ended_by_close_ = false;
  std::optional<Instant> first_byte_at_;
  std::optional<Parser> parser_;
};

/// What is read at a time once a reply has begun.
inline constexpr std::size_t read_bytes = 16UL * 1024;

/// `error` of a reply, for the administrator: who (`name`) did what, and the Fault of it. `tls`:
/// of the connection, if it has any.
[[nodiscard]] Error explain(const boost::system::error_code& error, const ReplyReader& reader,
                            const TlsStream* tls, const std::string& name, ClientLimits limits);

/// The reply of `name` did not come within `limit`; `is_in_body`: all of it, but it had begun.
[[nodiscard]] Error reply_timeout(bool is_in_body, const std::string& name, Limit limit);

}  // namespace ripcord::net
