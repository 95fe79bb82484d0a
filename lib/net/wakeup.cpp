#include "net/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;

namespace ripcord::net {

asio::awaitable<Result<void>> Wakeup::wait_past(std::uint64_t seen) {
  while (notified_ == seen) {
    // A timer that never expires is Asio's condition variable. A cancelled coroutine comes back
    // from it too, and its next co_await throws.
    (void)co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return Result<void>{};
}

}  // namespace ripcord::net
