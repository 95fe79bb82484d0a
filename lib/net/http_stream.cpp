#include "net/http_stream.hpp"

#include "net/before.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;

namespace ripcord::net {

asio::awaitable<Result<void>> StreamWriter::write(std::string text) {
  return write_before(clock_.now() + patience_, std::move(text));
}

asio::awaitable<Result<void>> StreamWriter::write_before(Instant deadline, std::string text) {
  pending_ += text;
  Result<void> written = co_await before(clock_, deadline, write_pending());
  co_return written;
}

asio::awaitable<void> StreamWriter::end(std::string mark, std::string last) {
  const std::size_t at = pending_.find(mark);
  if (at != std::string::npos) pending_.resize(at + mark.size());
  (void)co_await write_before(clock_.now() + 3 * patience_, std::move(last));
}

asio::awaitable<Result<void>> StreamWriter::write_pending() {
  while (!pending_.empty()) {
    const auto [error, bytes] = co_await connection_.socket.async_write_some(
        asio::buffer(pending_), asio::as_tuple(asio::use_awaitable));
    pending_.erase(0, bytes);
    throw_if_cancelled(error);
    if (error) co_return failure(fault_of(error), error.message());
  }
  co_return Result<void>{};
}

}  // namespace ripcord::net
