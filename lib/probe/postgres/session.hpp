#pragma once

#include "base/time.hpp"
#include "probe/postgres/places.hpp"
#include "probe/postgres/trouble.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace ripcord::probe::postgres {

/// What a query answered. NULL is nothing.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// How a query is sent.
enum class Protocol : std::uint8_t {
  simple,    ///< several statements are run, one after the other
  extended,  ///< exactly one statement can be run
};

/// One session with a PostgreSQL server, by libpq's non-blocking calls on the loop (ADR 0012).
///
/// No call here has a deadline of its own: use net::before(). After a call that was cancelled the
/// session is of no use any more: close() it.
class Session {
 public:
  explicit Session(boost::asio::any_io_executor executor);
  ~Session();
  Session(const Session&) = delete;  // libpq holds a pointer to it
  Session& operator=(const Session&) = delete;

  [[nodiscard]] bool is_open() const { return ear_.is_open(); }

  /// Opens a session at `place`, closing another first. `patience` is how long the kernel may try
  /// to reach a peer that has gone silent. Pre: !place.needs_lookup().
  boost::asio::awaitable<Tried<void>> open(std::string dsn, Place place, Duration patience);

  /// The rows of the last statement that has any. At the first error the server leaves the rest
  /// out. Pre: is_open().
  boost::asio::awaitable<Tried<Table>> ask(std::string sql, Protocol protocol);

  /// Whether a transaction is open or has failed, so that it must be rolled back.
  [[nodiscard]] bool is_in_transaction() const;

  /// Returns once the server has said something unasked, or the session is closed meanwhile; an
  /// error of ours counts as the latter. Pre: is_open().
  boost::asio::awaitable<void> stirred();

  /// Takes what has come unasked: how the server ended the session, if it did. Pre: is_open().
  [[nodiscard]] std::optional<Trouble> ended();

  void close();

  /// `"server_version"` and the like, as the server reported it. Empty when unknown or closed.
  [[nodiscard]] std::string parameter(const std::string& name) const;
  /// `"TLSv1.3"`; empty when the session is not encrypted.
  [[nodiscard]] std::string tls_version() const;
  /// Of the last session that was tried.
  [[nodiscard]] const std::string& database() const { return database_; }
  [[nodiscard]] const std::string& user() const { return user_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };

  static void take_notice(void* session, const pg_result* notice);
  boost::asio::awaitable<Tried<void>> connect();
  boost::asio::awaitable<Tried<void>> readable();
  boost::asio::awaitable<Tried<void>> answered();
  boost::asio::awaitable<Tried<void>> flushed();
  boost::asio::awaitable<Tried<Table>> collect();
  [[nodiscard]] Trouble lost() const;

  boost::asio::any_io_executor executor_;
  std::unique_ptr<pg_conn, Finish> connection_;
  boost::asio::posix::stream_descriptor ear_;  ///< a copy of the socket; open with the session
  std::string database_;
  std::string user_;
  std::optional<Trouble> farewell_;  ///< what the server said last, if it was fatal
};

}  // namespace ripcord::probe::postgres
