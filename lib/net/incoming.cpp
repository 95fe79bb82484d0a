#include "net/incoming.hpp"

#include "net/connection.hpp"

#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {

Incoming::Incoming(ClientLimits limits, bool head)
    : reader(limits, head), received(limits.header_bytes + first_read_bytes) {}

SpareIncoming& SpareIncoming::of(const asio::any_io_executor& executor) {
  return asio::use_service<SpareIncoming>(asio::query(executor, asio::execution::context));
}

std::unique_ptr<Incoming> SpareIncoming::take(ClientLimits limits, bool head) {
  std::unique_ptr<Incoming> incoming = std::exchange(spare_, nullptr);
  if (!incoming || incoming->received.max_size() != limits.header_bytes + first_read_bytes) {
    return std::make_unique<Incoming>(limits, head);
  }
  incoming->reader.restart(limits, head);
  return incoming;
}

void SpareIncoming::give_back(std::unique_ptr<Incoming> incoming) {
  incoming->received.clear();
  spare_ = std::move(incoming);
}

}  // namespace ripcord::net
