#pragma once

#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <optional>

namespace ripcord::net {

/// Reads one reply, however it is framed. Can be asked how far it came when it was cut short.
class ReplyReader {
 public:
  /// `head`: the request was a HEAD, so no body follows. Borrows `clock`.
  ReplyReader(Clock& clock, ClientLimits limits, bool head);

  /// Skips interim (1xx) replies and reads the final one to its end. Throws only when cancelled.
  boost::asio::awaitable<boost::system::error_code> read(Connection& connection);

  [[nodiscard]] bool has_begun() const {
    return first_byte_at_.has_value();
  }  ///< at least one byte has come
  [[nodiscard]] std::optional<Instant> first_byte_at() const { return first_byte_at_; }
  [[nodiscard]] bool is_in_body() const;
  [[nodiscard]] bool never_came_to_the_point() const { return interim_ > interim_max; }

  /// Whether the connection can carry another exchange. Pre: read() succeeded.
  [[nodiscard]] bool may_keep() const;
  [[nodiscard]] Reply take();

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  /// A peer that sends only these would keep us busy until the deadline.
  static constexpr int interim_max = 16;

  void start_over();

  /// Reads until it is clear whether the peer speaks HTTP at all: another protocol says a few
  /// bytes without the end of a line, and then waits or hangs up.
  boost::asio::awaitable<boost::system::error_code> begin(Connection& connection);
  /// Gives the parser what has come; need_more when there is nothing that it could use.
  boost::system::error_code parse(boost::beast::flat_buffer& received);
  /// Reads more, and tells the parser when that was all.
  boost::asio::awaitable<boost::system::error_code> read_on(Connection& connection);
  /// Reads until the parser has `reached` what is asked of it.
  boost::asio::awaitable<boost::system::error_code> parse_until(Connection& connection,
                                                                bool (Parser::*reached)() const);

  Clock& clock_;
  ClientLimits limits_;
  bool head_;
  int interim_ = 0;  ///< interim replies so far
  bool ended_by_close_ = false;
  std::optional<Instant> first_byte_at_;
  std::optional<Parser> parser_;
};

/// `error` of read() from `connection`, for the administrator: who (`name`) did what, and the Fault
/// of it.
[[nodiscard]] Error explain(const boost::system::error_code& error, const ReplyReader& reader,
                            const Connection& connection, const std::string& name,
                            ClientLimits limits);

}  // namespace ripcord::net
