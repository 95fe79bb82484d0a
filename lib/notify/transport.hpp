#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <utility>

namespace ripcord::notify {

/// Carries one request to a place.
class Transport {
 public:
  virtual ~Transport() = default;

  /// The whole reply, whatever its status, before `deadline`. Expected failure is a value.
  virtual boost::asio::awaitable<Result<net::Reply>> send(net::Place place, net::Request request,
                                                          Instant deadline) = 0;
};

/// Over HTTP, on a connection of its own each time: hours may lie between two messages.
class HttpTransport final : public Transport {
 public:
  /// Borrows `clock` and `resolver`.
  HttpTransport(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver)
      : executor_(std::move(executor)), clock_(clock), resolver_(resolver) {}

  /// As net::HttpClient::exchange(): no redirect is followed, and TLS is always verified.
  boost::asio::awaitable<Result<net::Reply>> send(net::Place place, net::Request request,
                                                  Instant deadline) override;

 private:
  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  net::Resolver& resolver_;
};

}  // namespace ripcord::notify
