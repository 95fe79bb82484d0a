#include "net/reply_reader.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace ripcord::net {
namespace {

/// Three digits that are none are let through by the parser (RFC 9110, 15: 100 to 599).
constexpr unsigned status_min = 100;

/// 101 is final: we never ask for another protocol.
bool is_interim(unsigned status) {
  return status >= 100 && status < 200 && status != 101;
}

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

void ReplyReader::restart(ClientLimits limits, bool head) {
  limits_ = limits;
  head_ = head;
  interim_ = 0;
  ended_by_close_ = false;
  first_byte_at_.reset();
  start_over();
}

void ReplyReader::start_over() {
  is_http_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_->body_limit(limits_.body_bytes);
  parser_->skip(head_);
  parser_->eager(false);
}

boost::system::error_code ReplyReader::take_in(boost::beast::flat_buffer& received, Instant now) {
  if (!first_byte_at_ && received.size() != 0) first_byte_at_ = now;
  while (!never_came_to_the_point()) {
    // Another protocol says a few bytes without the end of a line, and then waits or hangs up.
    if (!is_http_ && !may_be_http(received)) return http::error::bad_version;
    if (!is_http_ && received.size() < beginning.size()) return http::error::need_more;
    is_http_ = true;

    const boost::system::error_code bad_header = parse_until(received, &Parser::is_header_done);
    if (bad_header) return bad_header;
    if (parser_->get().result_int() < status_min) return http::error::bad_status;
    if (!is_interim(parser_->get().result_int())) {
      ended_by_close_ = parser_->need_eof();
      parser_->eager(true);
      return parse_until(received, &Parser::is_done);
    }
    ++interim_;
    start_over();
  }
  return http::error::bad_status;
}

boost::system::error_code ReplyReader::parse_until(boost::beast::flat_buffer& received,
                                                   bool (Parser::*reached)() const) {
  while (!(*parser_.*reached)()) {
    if (received.size() == 0) return http::error::need_more;
    boost::system::error_code error;
    const std::size_t used = parser_->put(received.data(), error);
    received.consume(used);
    if (error) return error;
    if (used == 0) return http::error::need_more;
  }
  return {};
}

boost::system::error_code ReplyReader::end() {
  if (!is_http_) return has_begun() ? http::error::partial_message : http::error::end_of_stream;
  boost::system::error_code cut_short;
  parser_->put_eof(cut_short);
  if (!cut_short && !parser_->is_done()) cut_short = http::error::partial_message;
  return cut_short;
}

std::size_t ReplyReader::wants(const boost::beast::flat_buffer& received) const {
  return std::min(is_http_ ? read_bytes : first_read_bytes, received.max_size() - received.size());
}

asio::awaitable<boost::system::error_code> ReplyReader::read(Clock& clock, Connection& connection) {
  boost::beast::flat_buffer& received = connection.received;
  for (;;) {
    const boost::system::error_code error = take_in(received, clock.now());
    if (error != http::error::need_more) co_return error;
    const std::size_t room = wants(received);
    if (room == 0) co_return http::error::buffer_overflow;
    const boost::system::error_code broken = co_await connection.read_more(room);
    if (broken == asio::error::eof) co_return end();
    if (broken) co_return broken;
  }
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
              const TlsStream* tls, const std::string& name, ClientLimits limits) {
  if (tls != nullptr && tls->complaint()) return tls->complaint()->about(name);
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

Error reply_timeout(bool is_in_body, const std::string& name, Limit limit) {
  const std::string_view where =
      is_in_body ? "in the body of the reply of" : "waiting for the reply of";
  return {Fault::timeout,
          fmt::format("timeout after {} {} {}", for_people(limit.length), where, name)};
}

}  // namespace ripcord::net
