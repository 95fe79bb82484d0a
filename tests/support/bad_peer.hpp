#pragma once

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/task_group.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::test {

// What a bad peer does on one connection, act by act; after the last one it closes.

/// Reads up to the end of a request's header.
struct Hear {};
/// Reads `bytes` bytes.
struct HearBytes {
  std::size_t bytes = 1;
};
struct Say {
  std::string text;
};
/// Says one byte at a time.
struct Drip {
  std::string text;
  Duration gap;
};
/// Says the same for ever, until the client gives up.
struct Flood {
  std::string text;
};
/// Waits until the client hangs up.
struct Hang {};
/// Hangs up without a farewell: the client sees ECONNRESET.
struct Reset {};
/// Ends its own side only, and says so under TLS.
struct HalfClose {};

/// How a peer presents itself under TLS.
struct TlsFace {
  Identity identity;
  int version_max = 0;  ///< 0x0303: nothing newer than TLS 1.2; 0: anything
  bool weak = false;    ///< takes old versions and short keys
  /// PEM: a client must show a certificate of this authority; empty: none is asked for.
  std::string wants_client_from = {};
};
/// Secures the connection from now on: what it says and hears goes through TLS.
struct Shake {
  TlsFace face;
};
/// Says it beside TLS, into the middle of it.
struct SayRaw {
  std::string text;
};

using Act = std::variant<Hear, HearBytes, Say, Drip, Flood, Hang, Reset, HalfClose, Shake, SayRaw>;
using Script = std::vector<Act>;

/// A server on loopback that plays its `n`-th script to its `n`-th connection, and the last one to
/// all that follow. Borrows `loop`.
class BadPeer {
 public:
  BadPeer(Loop& loop, std::vector<Script> scripts, const std::string& host = "127.0.0.1");
  ~BadPeer();
  BadPeer(const BadPeer&) = delete;
  BadPeer& operator=(const BadPeer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] net::Place place() const;

  /// How many connections have come so far.
  [[nodiscard]] std::size_t connections() const { return connections_; }
  /// How many of them went on from an earlier one's TLS.
  [[nodiscard]] std::size_t resumed() const { return resumed_; }
  /// The requests heard so far.
  [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }

  /// From now on: for all scripts that have not begun.
  void change(std::vector<Script> scripts) { scripts_ = std::move(scripts); }

 private:
  using Tcp = boost::asio::ip::tcp;
  struct Line;

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> play(Tcp::socket socket, std::size_t script);
  boost::asio::awaitable<void> perform(Hear act, Line& line);
  boost::asio::awaitable<void> perform(HearBytes act, Line& line);
  boost::asio::awaitable<void> perform(Say act, Line& line);
  boost::asio::awaitable<void> perform(Drip act, Line& line);
  boost::asio::awaitable<void> perform(Flood act, Line& line);
  boost::asio::awaitable<void> perform(Hang act, Line& line);
  boost::asio::awaitable<void> perform(Reset act, Line& line);
  boost::asio::awaitable<void> perform(HalfClose act, Line& line);
  boost::asio::awaitable<void> perform(Shake act, Line& line);
  boost::asio::awaitable<void> perform(SayRaw act, Line& line);

  Loop& loop_;
  std::vector<Script> scripts_;
  Tcp::acceptor acceptor_;
  std::size_t connections_ = 0;
  std::size_t resumed_ = 0;
  std::vector<std::string> heard_;
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;  ///< one a face, so that sessions can be resumed
  net::TaskGroup tasks_;
};

}  // namespace ripcord::test
