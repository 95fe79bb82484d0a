#include "api/control_api.hpp"

#include "api/authority.hpp"
#include "api/commanding.hpp"
#include "api/reading.hpp"
#include "api/replies.hpp"
#include "api/routes.hpp"

#include <expected>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::api {

asio::awaitable<net::Response> ControlApi::handle(net::IncomingRequest request) {
  if (!is_authorised(authority_, request.peer)) {
    co_return error_reply(403, explain_refusal(authority_, request.peer));
  }
  std::expected<Call, net::Reply> call = find_route(request.request);
  if (!call) co_return call.error();
  if (call->operation == Operation::events) {
    co_return co_await events_.open(std::move(*call), std::move(request.request),
                                    Audience::trusted);
  }
  if (call->only_reads) co_return co_await read(backend_, std::move(*call), Audience::trusted);
  co_return co_await command(backend_, std::move(*call), name_of(*request.peer),
                             std::move(request.request));
}

}  // namespace ripcord::api
