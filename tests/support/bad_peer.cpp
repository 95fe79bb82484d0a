#include "tests/support/bad_peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <openssl/pem.h>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::test {
namespace {

constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

asio::const_buffer bytes_of(const std::string& text) {
  return asio::buffer(text);
}

asio::ssl::context context_for(const TlsFace& face) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX* const native = context.native_handle();
  // Before the certificate: a weak one would not be taken.
  if (face.weak) SSL_CTX_set_security_level(native, 0);
  SSL_CTX_set_min_proto_version(native, face.weak ? TLS1_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(native, face.version_max);
  context.use_certificate_chain(bytes_of(face.identity.certificate));
  context.use_private_key(bytes_of(face.identity.key), asio::ssl::context::pem);
  if (!face.wants_client_from.empty()) {
    context.add_certificate_authority(bytes_of(face.wants_client_from));
    context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  const std::string id = "bad peer";
  SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(id.data()),
                                 static_cast<unsigned>(id.size()));
  return context;
}

}  // namespace

/// One connection, through TLS once that has been shaken.
struct BadPeer::Line {
  Tcp::socket socket;
  std::optional<asio::ssl::stream<Tcp::socket&>> tls = std::nullopt;

  asio::awaitable<bool> say(const void* bytes, std::size_t size) {
    const asio::const_buffer buffer(bytes, size);
    if (tls) {
      const auto [error, written] = co_await asio::async_write(*tls, buffer, tuple);
      co_return !error;
    }
    const auto [error, written] = co_await asio::async_write(socket, buffer, tuple);
    co_return !error;
  }
};

struct BadPeer::Contexts {
  std::map<std::string, asio::ssl::context> made;

  asio::ssl::context& of(const TlsFace& face) {
    const auto place = made.find(face.identity.certificate);
    if (place != made.end()) return place->second;
    return made.emplace(face.identity.certificate, context_for(face)).first->second;
  }
};

BadPeer::BadPeer(Loop& loop, std::vector<Script> scripts, const std::string& host)
    : loop_(loop),
      scripts_(std::move(scripts)),
      acceptor_(loop.context, Tcp::endpoint(asio::ip::make_address(host), 0)),
      contexts_(std::make_unique<Contexts>()),
      tasks_(loop.context.get_executor(), [](const std::string& name, const std::exception_ptr&) {
        ADD_FAILURE() << name << " threw";
      }) {
  tasks_.spawn("bad peer", accept_all());
}

BadPeer::~BadPeer() {
  loop_.end(tasks_);
}

net::Place BadPeer::place() const {
  return {
      .host = acceptor_.local_endpoint().address().to_string(), .port = port(), .unix_path = {}};
}

asio::awaitable<void> BadPeer::accept_all() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(tuple);
    if (error) co_return;
    // What was said before a reset must have left: Nagle's algorithm would keep it back.
    boost::system::error_code ignored;
    (void)socket.set_option(Tcp::no_delay(true), ignored);
    const std::size_t script = std::min(connections_++, scripts_.size() - 1);
    tasks_.spawn("bad peer", play(std::move(socket), script));
  }
}

asio::awaitable<void> BadPeer::play(Tcp::socket socket, std::size_t script) {
  Line line{.socket = std::move(socket)};
  const Script acts = scripts_[script];
  for (const Act& act : acts) {
    auto performed = std::visit([&](const auto& kind) { return perform(kind, line); }, act);
    co_await std::move(performed);
  }
}

asio::awaitable<void> BadPeer::perform(Hear /*act*/, Line& line) {
  std::string text;
  const std::string end = "\r\n\r\n";
  if (line.tls) {
    (void)co_await asio::async_read_until(*line.tls, asio::dynamic_buffer(text), end, tuple);
  } else {
    (void)co_await asio::async_read_until(line.socket, asio::dynamic_buffer(text), end, tuple);
  }
  heard_.push_back(text);
}

asio::awaitable<void> BadPeer::perform(HearBytes act, Line& line) {
  std::string text(act.bytes, '\0');
  (void)co_await asio::async_read(line.socket, asio::buffer(text), tuple);
}

asio::awaitable<void> BadPeer::perform(Say act, Line& line) {
  (void)co_await line.say(act.text.data(), act.text.size());
}

asio::awaitable<void> BadPeer::perform(SayRaw act, Line& line) {
  (void)co_await asio::async_write(line.socket, asio::buffer(act.text), tuple);
}

asio::awaitable<void> BadPeer::perform(Drip act, Line& line) {
  for (const char& byte : act.text) {
    const bool said = co_await line.say(&byte, 1);
    if (!said) co_return;
    co_await loop_.clock.sleep_until(loop_.clock.now() + act.gap);
  }
}

asio::awaitable<void> BadPeer::perform(Flood act, Line& line) {
  for (bool said = true; said;) said = co_await line.say(act.text.data(), act.text.size());
}

asio::awaitable<void> BadPeer::perform(Hang /*act*/, Line& line) {
  std::array<char, 256> ignored{};
  for (;;) {
    const auto [error, bytes] = co_await line.socket.async_read_some(asio::buffer(ignored), tuple);
    if (error) co_return;
  }
}

asio::awaitable<void> BadPeer::perform(Reset /*act*/, Line& line) {
  boost::system::error_code ignored;
  (void)line.socket.set_option(asio::socket_base::linger(true, 0), ignored);
  (void)line.socket.close(ignored);
  co_return;
}

asio::awaitable<void> BadPeer::perform(HalfClose /*act*/, Line& line) {
  if (line.tls) (void)co_await line.tls->async_shutdown(tuple);
  boost::system::error_code ignored;
  (void)line.socket.shutdown(Tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> BadPeer::perform(Shake act, Line& line) {
  line.tls.emplace(line.socket, contexts_->of(act.face));
  const auto [error] = co_await line.tls->async_handshake(asio::ssl::stream_base::server, tuple);
  if (!error && SSL_session_reused(line.tls->native_handle()) == 1) ++resumed_;
}

}  // namespace ripcord::test
