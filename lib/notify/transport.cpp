#include "notify/transport.hpp"

#include <cstddef>

namespace ripcord::notify {
namespace {

/// Discord repeats the whole message in its answer.
constexpr std::size_t answer_bytes_max = 256UL * 1024;

}  // namespace

boost::asio::awaitable<Result<net::Reply>> HttpTransport::send(net::Place place,
                                                               net::Request request,
                                                               Instant deadline) {
  net::HttpClient client(executor_, clock_, resolver_, std::move(place),
                         {.header_bytes = 16UL * 1024, .body_bytes = answer_bytes_max});
  Result<net::Reply> reply = co_await client.exchange(std::move(request), deadline);
  co_return reply;
}

}  // namespace ripcord::notify
