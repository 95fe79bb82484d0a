#include "api/control_api.hpp"
#include "api/landing_page.hpp"
#include "api/replies.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::api {
namespace {

net::Reply page_reply(Backend& backend) {
  net::Reply reply = text_reply(200, landing_page(backend.snapshot(), backend.daemon()));
  reply.headers = {
      {"Content-Type", "text/html; charset=utf-8"},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
       "frame-ancestors 'none'"},
  };
  return reply;
}

/// Ready to take a deployment: restored, and able to write down what it does.
net::Reply ready_reply(Backend& backend) {
  const DaemonView daemon = backend.daemon();
  std::string reasons;
  if (!daemon.ready) reasons += "not ready: still starting\n";
  if (!daemon.journal_trouble.empty()) {
    reasons += fmt::format("not ready: the journal cannot be written: {}\n",
                           printable(daemon.journal_trouble));
  }
  if (reasons.empty()) return text_reply(200, "ready\n");
  return text_reply(503, std::move(reasons));
}

net::Reply only_reading(std::string_view method) {
  net::Reply reply = text_reply(
      405, fmt::format("{} is not possible here: this port only reads\n", printable(method, 20)));
  reply.headers.push_back({"Allow", "GET, HEAD"});
  return reply;
}

}  // namespace

asio::awaitable<net::Reply> PublicApi::handle(net::IncomingRequest request) {
  const std::string_view path = path_of(request.request.target);
  if (std::ranges::find(public_paths(), path) == public_paths().end()) {
    co_return text_reply(404, fmt::format("there is nothing at {}\n", printable(path, 100)));
  }
  const std::string& method = request.request.method;
  if (method != "GET" && method != "HEAD") co_return only_reading(method);

  if (path == "/metrics") {
    std::string text = co_await backend_.metrics();
    net::Reply reply = text_reply(200, std::move(text));
    reply.headers.front().value = "text/plain; version=0.0.4; charset=utf-8";
    co_return reply;
  }
  if (path == "/-/healthy") co_return text_reply(200, "healthy\n");
  if (path == "/-/ready") co_return ready_reply(backend_);
  co_return page_reply(backend_);
}

}  // namespace ripcord::api
