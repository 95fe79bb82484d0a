#pragma once

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/task_group.hpp"
#include "tests/support/loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::test {

// What a lying peer does on one connection, act by act; after the last one it closes.

/// Reads up to the end of a request's header.
struct Hear {};
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

using Act = std::variant<Hear, Say, Drip, Flood, Hang, Reset>;
using Script = std::vector<Act>;

/// A server on loopback that plays its `n`-th script to its `n`-th connection, and the last one to
/// all that follow. Borrows `loop`.
class LyingPeer {
 public:
  LyingPeer(Loop& loop, std::vector<Script> scripts, const std::string& host = "127.0.0.1")
      : loop_(loop),
        scripts_(std::move(scripts)),
        acceptor_(loop.context, Tcp::endpoint(boost::asio::ip::make_address(host), 0)) {
    tasks_.spawn("lying peer", accept_all());
  }
  ~LyingPeer() { loop_.end(tasks_); }
  LyingPeer(const LyingPeer&) = delete;
  LyingPeer& operator=(const LyingPeer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  [[nodiscard]] net::Place place() const {
    return {
        .host = acceptor_.local_endpoint().address().to_string(), .port = port(), .unix_path = {}};
  }

  /// How many connections have come so far.
  [[nodiscard]] std::size_t connections() const { return connections_; }

  /// The requests heard so far.
  [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }

 private:
  using Tcp = boost::asio::ip::tcp;

  static constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

  boost::asio::awaitable<void> accept_all() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(tuple);
      if (error) co_return;
      const std::size_t script = std::min(connections_++, scripts_.size() - 1);
      tasks_.spawn("lying peer", play(std::move(socket), script));
    }
  }

  boost::asio::awaitable<void> play(Tcp::socket socket, std::size_t script) {
    for (std::size_t act = 0; act < scripts_[script].size(); ++act) {
      auto performed = std::visit([&](const auto& kind) { return perform(kind, socket); },
                                  scripts_[script][act]);
      co_await std::move(performed);
    }
  }

  boost::asio::awaitable<void> perform(const Hear& /*act*/, Tcp::socket& socket) {
    std::string text;
    (void)co_await boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(text),
                                                 "\r\n\r\n", tuple);
    heard_.push_back(text);
  }

  boost::asio::awaitable<void> perform(const Say& act, Tcp::socket& socket) {
    (void)co_await boost::asio::async_write(socket, boost::asio::buffer(act.text), tuple);
  }

  boost::asio::awaitable<void> perform(const Drip& act, Tcp::socket& socket) {
    for (const char& byte : act.text) {
      const auto [error, bytes] =
          co_await boost::asio::async_write(socket, boost::asio::buffer(&byte, 1), tuple);
      if (error) co_return;
      co_await loop_.clock.sleep_until(loop_.clock.now() + act.gap);
    }
  }

  boost::asio::awaitable<void> perform(const Flood& act, Tcp::socket& socket) {
    for (;;) {
      const auto [error, bytes] =
          co_await boost::asio::async_write(socket, boost::asio::buffer(act.text), tuple);
      if (error) co_return;
    }
  }

  boost::asio::awaitable<void> perform(const Hang& /*act*/, Tcp::socket& socket) {
    std::array<char, 256> ignored{};
    for (;;) {
      const auto [error, bytes] =
          co_await socket.async_read_some(boost::asio::buffer(ignored), tuple);
      if (error) co_return;
    }
  }

  boost::asio::awaitable<void> perform(const Reset& /*act*/, Tcp::socket& socket) {
    socket.set_option(boost::asio::socket_base::linger(true, 0));
    socket.close();
    co_return;
  }

  Loop& loop_;
  std::vector<Script> scripts_;
  Tcp::acceptor acceptor_;
  std::size_t connections_ = 0;
  std::vector<std::string> heard_;
  net::TaskGroup tasks_{loop_.context.get_executor(),
                        [](const std::string& name, const std::exception_ptr&) {
                          ADD_FAILURE() << name << " threw";
                        }};
};

}  // namespace ripcord::test
