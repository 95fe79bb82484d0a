#include "net/reply_reader.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace ripcord::net {
namespace {

/// 101 is final: we never ask for another protocol.
bool is_interim(unsigned status) {
  return status >= 100 && status < 200 && status != 101;
}

constexpr std::size_t read_bytes = 4096;
constexpr std::string_view beginning = "HTTP/";

bool may_be_http(const boost::beast::flat_buffer& received) {
  const auto bytes = received.data();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  return beginning.starts_with(text.substr(0, beginning.size()));
}

}  // namespace

ReplyReader::ReplyReader(ClientLimits limits, bool head) : limits_(limits), head_(head) {
  start_over();
}

void ReplyReader::start_over() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(limits_.body_bytes);
  parser_->skip(head_);
}

asio::awaitable<boost::system::error_code> ReplyReader::begin(Connection& connection) {
  while (connection.received.size() < beginning.size()) {
    const auto [error, bytes] = co_await connection.socket.async_read_some(
        connection.received.prepare(read_bytes), asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(error);
    connection.received.commit(bytes);
    has_begun_ = has_begun_ || bytes > 0;
    if (error == asio::error::eof) {
      co_return has_begun_ ? http::error::partial_message : http::error::end_of_stream;
    }
    if (error) co_return error;
    if (!may_be_http(connection.received)) co_return http::error::bad_version;
  }
  co_return boost::system::error_code();
}

asio::awaitable<boost::system::error_code> ReplyReader::read(Connection& connection) {
  while (!never_came_to_the_point()) {
    const boost::system::error_code no_beginning = co_await begin(connection);
    if (no_beginning) co_return no_beginning;
    const auto [header_error, header_bytes] = co_await http::async_read_header(
        connection.socket, connection.received, *parser_, asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(header_error);
    if (header_error) co_return header_error;
    if (!is_interim(parser_->get().result_int())) {
      ended_by_close_ = parser_->need_eof();
      if (parser_->is_done()) co_return header_error;
      const auto [body_error, body_bytes] = co_await http::async_read(
          connection.socket, connection.received, *parser_, asio::as_tuple(asio::use_awaitable));
      throw_if_cancelled(body_error);
      co_return body_error;
    }
    ++interim_;
    start_over();
  }
  co_return http::error::bad_status;
}

bool ReplyReader::is_in_body() const {
  return parser_->is_header_done();
}

bool ReplyReader::may_keep() const {
  return !ended_by_close_ && parser_->get().keep_alive() && parser_->get().result_int() != 101;
}

Reply ReplyReader::take() {
  auto message = parser_->release();
  Reply reply{.status = message.result_int(), .headers = {}, .body = std::move(message.body())};
  for (const auto& field : message) {
    reply.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return reply;
}

Error explain(const boost::system::error_code& error, const ReplyReader& reader,
              const std::string& name, ClientLimits limits) {
  if (reader.never_came_to_the_point()) {
    return {Fault::malformed, fmt::format("{} sent nothing but interim (1xx) replies", name)};
  }
  if (error == http::error::end_of_stream) {
    return {Fault::closed, fmt::format("{} closed the connection instead of replying", name)};
  }
  if (error == http::error::partial_message) {
    return {Fault::closed,
            fmt::format("{} closed the connection in the middle of the reply", name)};
  }
  if (is_hang_up(error) && reader.has_begun()) {
    return {Fault::closed, fmt::format("{} reset the connection in the middle of the reply", name)};
  }
  if (is_hang_up(error)) {
    return {Fault::refused, fmt::format("{} reset the connection before a reply", name)};
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {Fault::too_large, fmt::format("the header of the reply of {} is larger than {} bytes",
                                          name, limits.header_bytes)};
  }
  if (error == http::error::body_limit) {
    return {Fault::too_large, fmt::format("the body of the reply of {} is larger than {} bytes",
                                          name, limits.body_bytes)};
  }
  if (error == http::error::bad_alloc) {
    return {Fault::full, fmt::format("no memory for the reply of {}", name)};
  }
  if (error.category() == make_error_code(http::error::bad_status).category()) {
    return {Fault::malformed,
            fmt::format("the reply of {} is not HTTP: {}", name, error.message())};
  }
  return {fault_of(error), fmt::format("the connection to {} broke: {}", name, error.message())};
}

}  // namespace ripcord::net
