#include "net/plain_exchange.hpp"

#include "base/contract.hpp"
#include "net/connecting.hpp"
#include "net/incoming.hpp"
#include "net/reply_reader.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace ripcord::net {
namespace {

/// How often a descriptor is read before others on the loop have their turn.
constexpr int reads_max = 16;

bool has_peer(int socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

}  // namespace

/// The addresses that are tried in turn, each with its share of the time.
struct PlainExchange::Connecting {
  std::vector<asio::ip::address> addresses;
  std::size_t next = 0;
  Duration given{};  ///< to each
  Instant began;     ///< the attempt
  std::optional<Error> furthest;
};

/// A name lookup under way, which may end after the exchange.
struct PlainExchange::LookUp {
  PlainExchange* exchange = nullptr;  ///< none once it is not wanted any more
  Instant began;
  asio::cancellation_signal stop;
};

PlainExchange::PlainExchange(const Sides& sides)
    : sides_(sides),
      poller_(Poller::of(sides.executor)),
      spare_(SpareIncoming::of(sides.executor)),
      alarm_(sides.clock.alarms(), [this] { on_alarm(); }) {
  boost::system::error_code not_numeric;
  const asio::ip::address address = asio::ip::make_address(sides_.place.host, not_numeric);
  if (!not_numeric) numeric_ = address;
}

PlainExchange::~PlainExchange() {
  cancel();
  close();
}

void PlainExchange::begin(const WireRequest& request, Limit limit, Trace& trace,
                          HttpClient::Ended ended) {
  RIPCORD_CONTRACT(at_ == At::rest);
  request_ = &request;
  limit_ = limit;
  trace_ = &trace;
  ended_ = std::move(ended);
  poller_.begin_wait();  // after which a kept connection that has ended is gone
  is_kept_ = descriptor_ >= 0;
  trace_->kept = is_kept_;
  if (!is_kept_) return open();
  alarm_.set(limit_.at);
  send();
}

void PlainExchange::cancel() {
  if (at_ == At::rest) return;
  at_ = At::rest;
  alarm_.unset();
  if (look_up_) {
    look_up_->exchange = nullptr;
    look_up_->stop.emit(asio::cancellation_type::terminal);
    look_up_.reset();
  }
  connecting_.reset();
  incoming_.reset();
  failure_.reset();
  ended_ = nullptr;
  close();
  poller_.end_wait();
}

void PlainExchange::close() {
  if (descriptor_ < 0) return;
  poller_.remove(descriptor_, *this);
  ::close(std::exchange(descriptor_, -1));
}

void PlainExchange::ready() {
  switch (at_) {
    case At::rest:
      return close();  // it ended, or something came unasked
    case At::connecting:
      return connect_ended();
    case At::sending:
      return send();
    case At::receiving:
      return receive();
    case At::looking_up:
    case At::failed:
      break;  // there is no connection
  }
}

void PlainExchange::on_alarm() {
  switch (at_) {
    case At::looking_up:
      look_up_->exchange = nullptr;
      look_up_->stop.emit(asio::cancellation_type::terminal);
      look_up_.reset();
      return end(std::unexpected(lookup_timeout(sides_.place, limit_.length)));
    case At::connecting:
      return attempt_failed(
          connect_timeout(attempt_name(sides_.place, connecting_->addresses[connecting_->next]),
                          connecting_->given));
    case At::sending:
    case At::receiving: {
      Error late = too_late();
      close();
      return end(std::unexpected(std::move(late)));
    }
    case At::failed:
      return end(std::unexpected(*std::exchange(failure_, {})));
    case At::rest:
      break;
  }
}

// ── connecting ───────────────────────────────────────────────────────────────────────────────────

void PlainExchange::open() {
  if (numeric_) return connect_to({*numeric_});
  if (sides_.place.unix_path.empty()) return look_up();
  const Instant began = sides_.clock.now();
  const Result<int> socket = connect_unix(sides_.place);
  if (!socket) return fail_soon(socket.error());
  if (!take_over(*socket, Poller::For::reading)) return;
  trace_->connect = sides_.clock.now() - began;
  alarm_.set(limit_.at);
  send();
}

void PlainExchange::look_up() {
  at_ = At::looking_up;
  alarm_.set(limit_.at);
  look_up_ = std::make_shared<LookUp>();
  look_up_->exchange = this;
  look_up_->began = sides_.clock.now();
  using Addresses = std::vector<asio::ip::address>;
  auto ended = [look_up = look_up_](const std::exception_ptr& cancelled,
                                    Result<Addresses> addresses) {
    if (look_up->exchange == nullptr) return;
    RIPCORD_CONTRACT(!cancelled);
    look_up->exchange->looked_up(std::move(addresses));
  };
  asio::co_spawn(sides_.executor, sides_.resolver.resolve(sides_.place.host),
                 asio::bind_cancellation_slot(look_up_->stop.slot(), std::move(ended)));
}

void PlainExchange::looked_up(Result<std::vector<asio::ip::address>> addresses) {
  const Duration took = sides_.clock.now() - look_up_->began;
  look_up_.reset();
  if (!addresses) return fail_soon(std::move(addresses).error());
  trace_->dns = took;
  connect_to(*std::move(addresses));
}

void PlainExchange::connect_to(std::vector<asio::ip::address> addresses) {
  if (numeric_) trace_->dns = Duration{};
  auto allowed = allowed_addresses(sides_.place, std::move(addresses));
  if (!allowed) return fail_soon(std::move(allowed).error());
  connecting_ = std::make_unique<Connecting>();
  connecting_->addresses = *std::move(allowed);
  connecting_->given = limit_.length / static_cast<Duration::rep>(connecting_->addresses.size());
  connect_next();
}

void PlainExchange::connect_next() {
  at_ = At::connecting;
  const auto left = static_cast<Duration::rep>(connecting_->addresses.size() - connecting_->next);
  const asio::ip::address& address = connecting_->addresses[connecting_->next];
  connecting_->began = sides_.clock.now();
  trace_->tried.push_back(address);
  alarm_.set(connecting_->began + (limit_.at - connecting_->began) / left);
  const boost::system::error_code error = start_connecting(address);
  if (error) attempt_failed(not_connected(attempt_name(sides_.place, address), error));
}

boost::system::error_code PlainExchange::start_connecting(const asio::ip::address& address) {
  const asio::ip::tcp::endpoint endpoint(address, sides_.place.port);
  const int socket =
      ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return last_error();
  const int on = 1;
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const int begun = ::connect(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  if (begun != 0 && errno != EINPROGRESS) {
    const boost::system::error_code error = last_error();
    ::close(socket);
    return error;
  }
  // On the same host it is connected by now, and there is nothing to wait for.
  if (!has_peer(socket)) {
    (void)take_over(socket, Poller::For::reading_and_writing);
  } else if (take_over(socket, Poller::For::reading)) {
    connected();
  }
  return {};
}

bool PlainExchange::take_over(int descriptor, Poller::For what) {
  const boost::system::error_code error = poller_.add(descriptor, *this, what);
  if (!error) {
    descriptor_ = descriptor;
    polled_for_ = what;
    return true;
  }
  ::close(descriptor);
  fail_soon(not_connected(name_of(sides_.place), error));
  return false;
}

void PlainExchange::connect_ended() {
  int code = 0;
  socklen_t length = sizeof(code);
  (void)::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &code, &length);
  if (code == 0) return connected();
  const asio::ip::address& address = connecting_->addresses[connecting_->next];
  attempt_failed(
      not_connected(attempt_name(sides_.place, address), {code, boost::system::system_category()}));
}

void PlainExchange::connected() {
  trace_->connect = sides_.clock.now() - connecting_->began;
  connecting_.reset();
  alarm_.set(limit_.at);
  send();
}

void PlainExchange::attempt_failed(Error error) {
  close();
  std::optional<Error>& furthest = connecting_->furthest;
  if (!furthest || came_further(error, *furthest)) furthest = std::move(error);
  if (++connecting_->next < connecting_->addresses.size()) return connect_next();
  Error told = *std::move(furthest);
  connecting_.reset();
  fail_soon(std::move(told));
}

// ── the exchange ─────────────────────────────────────────────────────────────────────────────────

void PlainExchange::send() {
  if (at_ != At::sending) {
    at_ = At::sending;
    asked_at_ = sides_.clock.now();
    sent_ = 0;
    send_error_.clear();
  }
  const std::string_view rest = std::string_view(request_->text).substr(sent_);
  const ssize_t sent = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent >= 0) sent_ += static_cast<std::size_t>(sent);
  const bool may_go_on = sent >= 0 || errno == EAGAIN || errno == EINTR;
  if (may_go_on && sent_ < request_->text.size()) {
    return poll_for(Poller::For::reading_and_writing);
  }
  // A write that fails does not end it: the peer may have replied before it hung up.
  if (!may_go_on) send_error_ = last_error();
  at_ = At::receiving;
  poll_for(Poller::For::reading);
}

void PlainExchange::poll_for(Poller::For what) {
  if (std::exchange(polled_for_, what) != what) poller_.change(descriptor_, *this, what);
}

void PlainExchange::receive() {
  std::unique_ptr<Incoming> incoming = std::move(incoming_);
  if (!incoming) incoming = spare_.take(sides_.limits, request_->head);
  Incoming& here = *incoming;
  incoming_ = std::move(incoming);
  for (int i = 0; i < reads_max && receive_into(here); ++i) {
  }
}

bool PlainExchange::receive_into(Incoming& incoming) {
  const std::size_t room = incoming.reader.wants(incoming.received);
  if (room == 0) {
    break_off(http::error::buffer_overflow, incoming);
    return false;
  }
  const auto space = incoming.received.prepare(room);
  const ssize_t got = ::recv(descriptor_, space.data(), space.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got < 0) {
    break_off(last_error(), incoming);
    return false;
  }
  incoming.received.commit(static_cast<std::size_t>(got));
  const boost::system::error_code error =
      got == 0 ? incoming.reader.end()
               : incoming.reader.take_in(incoming.received, sides_.clock.now());
  if (error == http::error::need_more) return true;
  if (error) {
    break_off(error, incoming);
  } else {
    finish(incoming);
  }
  return false;
}

void PlainExchange::finish(Incoming& incoming) {
  trace_->first_byte = *incoming.reader.first_byte_at() - asked_at_;
  const bool may_keep =
      !request_->is_last && incoming.reader.may_keep() && incoming.received.size() == 0;
  Reply reply = incoming.reader.take();
  spare_.give_back(std::move(incoming_));
  if (!may_keep) close();
  end(std::move(reply));
}

void PlainExchange::break_off(const boost::system::error_code& error, const Incoming& incoming) {
  const ReplyReader& reader = incoming.reader;
  if (reader.has_begun()) trace_->first_byte = *reader.first_byte_at() - asked_at_;
  const bool never_asked = send_error_ && !reader.has_begun();
  Error explained = explain(never_asked ? send_error_ : error, reader, nullptr,
                            name_of(sides_.place), sides_.limits);
  const bool hung_up = explained.fault == Fault::closed || explained.fault == Fault::refused;
  const bool is_unserved = hung_up && (request_->idempotent || sent_ == 0) && !reader.has_begun();
  incoming_.reset();
  close();
  if (!std::exchange(is_kept_, false) || !is_unserved) {
    return end(std::unexpected(std::move(explained)));
  }
  // A server that ends idle connections is not a failure.
  alarm_.unset();
  *trace_ = {};
  open();
}

Error PlainExchange::too_late() const {
  const bool is_in_body = incoming_ && incoming_->reader.is_in_body();
  if (incoming_ && incoming_->reader.has_begun()) {
    trace_->first_byte = *incoming_->reader.first_byte_at() - asked_at_;
  }
  return reply_timeout(is_in_body, name_of(sides_.place), limit_);
}

// ── the end ──────────────────────────────────────────────────────────────────────────────────────

void PlainExchange::fail_soon(Error error) {
  at_ = At::failed;
  failure_ = std::move(error);
  alarm_.set(sides_.clock.now());
}

void PlainExchange::end(Result<Reply> reply) {
  at_ = At::rest;
  trace_->total = sides_.clock.now() - (limit_.at - limit_.length);
  alarm_.unset();
  connecting_.reset();
  incoming_.reset();
  const HttpClient::Ended ended = std::exchange(ended_, nullptr);
  poller_.end_wait();
  ended(std::move(reply));  // which may begin the next, or end this
}

}  // namespace ripcord::net
