#pragma once

#include "net/http_client.hpp"
#include "net/reply_reader.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <memory>

namespace ripcord::net {

/// A reply on its way.
struct Incoming {
  Incoming(ClientLimits limits, bool head);

  ReplyReader reader;
  boost::beast::flat_buffer received;
};

/// Most replies come in one piece and need their memory for no longer than that takes: all
/// exchanges of a loop share one. One whose reply is unfinished takes it along. A service of the
/// loop's execution context.
class SpareIncoming final : public boost::asio::execution_context::service {
 public:
  using key_type = SpareIncoming;

  explicit SpareIncoming(boost::asio::execution_context& owner) : service(owner) {}

  /// That of the loop behind `executor`, made when it is first asked for.
  [[nodiscard]] static SpareIncoming& of(const boost::asio::any_io_executor& executor);

  /// One that is like new.
  [[nodiscard]] std::unique_ptr<Incoming> take(ClientLimits limits, bool head);
  void give_back(std::unique_ptr<Incoming> incoming);

 private:
  void shutdown() override { spare_.reset(); }

  std::unique_ptr<Incoming> spare_;
};

}  // namespace ripcord::net
