#pragma once

#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::test {

/// Starts `work` on `context`; what it returns is in `result` once it has ended.
template <class T, class Kept>
void start(boost::asio::io_context& context, boost::asio::awaitable<T> work,
           std::optional<Kept>& result) {
  boost::asio::co_spawn(context, std::move(work),
                        [&result](const std::exception_ptr& failure, T value) {
                          if (failure) std::rethrow_exception(failure);
                          result.emplace(std::move(value));
                        });
}

/// For work that waits for nothing.
template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  start(context, std::move(work), result);
  context.run();
  return std::move(result.value());
}

inline std::string header(const net::Reply& reply, std::string_view name) {
  return std::string(net::find_header(reply.headers, name).value_or(""));
}

/// The body of `reply`, which must be JSON.
inline boost::json::value body(const net::Reply& reply) {
  return boost::json::parse(reply.body);
}

/// The text that `value` is; nothing else compares to one.
inline std::string text(const boost::json::value& value) {
  return std::string(value.as_string());
}

inline double number(const boost::json::value& value) {
  return value.to_number<double>();
}

}  // namespace ripcord::test
