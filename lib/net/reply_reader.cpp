#include "net/reply_reader.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
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

constexpr std::size_t first_read_bytes = 4096;
constexpr std::size_t read_bytes = 16UL * 1024;
constexpr std::string_view beginning = "HTTP/";

bool may_be_http(const boost::beast::flat_buffer& received) {
  const auto bytes = received.data();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  return beginning.starts_with(text.substr(0, beginning.size()));
}

}  // namespace

ReplyReader::ReplyReader(Clock& clock, ClientLimits limits, bool head)
    : clock_(clock), limits_(limits), head_(head) {
  start_over();
}

void ReplyReader::start_over() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(limits_.body_bytes);
  parser_->skip(head_);
  parser_->eager(false);
}

asio::awaitable<boost::system::error_code> ReplyReader::begin(Connection& connection) {
  while (connection.received.size() < beginning.size()) {
    const std::size_t before = connection.received.size();
    const boost::system::error_code error = co_await connection.read_more(first_read_bytes);
    const bool came = connection.received.size() > before;
    if (came && !first_byte_at_) first_byte_at_ = clock_.now();
    if (error == asio::error::eof) {
      co_return has_begun() ? http::error::partial_message : http::error::end_of_stream;
    }
    if (error) co_return error;
    if (!may_be_http(connection.received)) co_return http::error::bad_version;
  }
  co_return boost::system::error_code();
}

boost::system::error_code ReplyReader::parse(boost::beast::flat_buffer& received) {
  if (received.size() == 0) return http::error::need_more;
  boost::system::error_code error;
  const std::size_t used = parser_->put(received.data(), error);
  received.consume(used);
  return used == 0 && !error ? http::error::need_more : error;
}

asio::awaitable<boost::system::error_code> ReplyReader::read_on(Connection& connection) {
  if (connection.received.size() == connection.received.max_size()) {
    co_return http::error::buffer_overflow;
  }
  const boost::system::error_code error = co_await connection.read_more(read_bytes);
  if (error != asio::error::eof) co_return error;
  boost::system::error_code cut_short;
  parser_->put_eof(cut_short);
  if (!cut_short && !parser_->is_done()) cut_short = http::error::partial_message;
  co_return cut_short;
}

asio::awaitable<boost::system::error_code> ReplyReader::parse_until(Connection& connection,
                                                                    bool (Parser::*reached)()
                                                                        const) {
  while (!(*parser_.*reached)()) {
    boost::system::error_code error = parse(connection.received);
    if (error == http::error::need_more) error = co_await read_on(connection);
    if (error) co_return error;
  }
  co_return boost::system::error_code();
}

asio::awaitable<boost::system::error_code> ReplyReader::read(Connection& connection) {
  while (!never_came_to_the_point()) {
    const boost::system::error_code no_beginning = co_await begin(connection);
    if (no_beginning) co_return no_beginning;
    const boost::system::error_code bad_header =
        co_await parse_until(connection, &Parser::is_header_done);
    if (bad_header) co_return bad_header;
    if (!is_interim(parser_->get().result_int())) {
      ended_by_close_ = parser_->need_eof();
      parser_->eager(true);
      const boost::system::error_code bad_body = co_await parse_until(connection, &Parser::is_done);
      co_return bad_body;
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
              const Connection& connection, const std::string& name, ClientLimits limits) {
  if (connection.tls && connection.tls->complaint()) {
    return connection.tls->complaint()->about(name);
  }
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
