#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

using ripcord::net::IncomingRequest;
using ripcord::net::Reply;

/// What stands before the next line end, which is taken off `rest` with it.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Method, target and content type are the first three lines; the rest is the body.
IncomingRequest request_of(std::string_view bytes) {
  IncomingRequest incoming;
  incoming.request.method = take_line(bytes);
  incoming.request.target = take_line(bytes);
  incoming.request.headers = {{"Content-Type", std::string(take_line(bytes))}};
  incoming.request.body = bytes;
  incoming.peer = ripcord::net::Peer{};
  return incoming;
}

void expect(bool condition) {
  if (!condition) std::abort();
}

void expect_no_hole(const Reply& reply) {
  expect(reply.status >= 200 && reply.status < 600);
  for (const auto& header : reply.headers) {
    expect(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

}  // namespace

/// Whatever the bytes, each API gives one answer: the unix socket's is always valid JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::asio::io_context context(1);
  ripcord::test::ManualClock clock(context, ripcord::test::evening);
  ripcord::test::FakeBackend backend(clock);
  backend.world.services = {ripcord::test::backend_service()};
  backend.view = ripcord::test::rolled_back_view();
  ripcord::api::ControlApi control(backend, {});
  ripcord::api::PublicApi open(backend);
  const IncomingRequest request =
      request_of({reinterpret_cast<const char*>(data), size});  // NOLINT: bytes are bytes

  std::optional<Reply> controlled;
  ripcord::test::start(context, control.handle(request), controlled);
  clock.run_for(std::chrono::seconds(61));
  expect(controlled.has_value());
  expect_no_hole(*controlled);
  const bool is_stream = ripcord::test::header(*controlled, "Content-Type") == "text/event-stream";
  boost::system::error_code error;
  (void)boost::json::parse(controlled->body, error);
  expect(is_stream ? controlled->body.empty() : !error);

  std::optional<Reply> opened;
  ripcord::test::start(context, open.handle(request), opened);
  clock.run_for(std::chrono::seconds(61));
  expect(opened.has_value());
  expect_no_hole(*opened);
  return 0;
}
