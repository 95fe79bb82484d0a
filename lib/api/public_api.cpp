#include "api/commanding.hpp"
#include "api/control_api.hpp"
#include "api/encoding.hpp"
#include "api/landing_page.hpp"
#include "api/reading.hpp"
#include "api/replies.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <optional>
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

/// 401, as RFC 6750 wants it.
net::Reply unauthorized(std::string_view why) {
  net::Reply reply = error_reply(401, why);
  reply.headers.push_back({"WWW-Authenticate", "Bearer"});
  return reply;
}

/// Evidence is made of logs and of what steps printed; silences and receivers tell who works on
/// what, and who is told.
bool is_for_anybody(const Call& call) {
  switch (call.operation) {
    case Operation::evidence:
    case Operation::evidence_file:
    case Operation::silences:
    case Operation::receivers:
      return false;
    default:
      return call.only_reads;
  }
}

net::Reply refuse(const Call& call, const Tokens& let_in) {
  if (!let_in.empty()) return unauthorized("show a token: Authorization: Bearer TOKEN");
  return error_reply(
      403, fmt::format("{}: ask at the unix socket, or let tokens in with "
                       "api.tokens_file in the configuration",
                       call.only_reads ? "this is not for everybody" : "this port only reads"));
}

net::Reply only_reading(std::string_view method) {
  net::Reply reply = text_reply(
      405, fmt::format("{} is not possible here: this port only reads\n", printable(method, 20)));
  reply.headers.push_back({"Allow", "GET, HEAD"});
  return reply;
}

}  // namespace

asio::awaitable<net::Response> PublicApi::handle(net::IncomingRequest request) {
  const std::string_view path = path_of(request.request.target);
  if (path.starts_with("/api/")) co_return co_await resource(std::move(request));
  co_return co_await page(std::move(request));
}

asio::awaitable<net::Reply> PublicApi::page(net::IncomingRequest request) {
  const std::string_view path = path_of(request.request.target);
  if (std::ranges::find(public_paths(), path) == public_paths().end()) {
    co_return text_reply(404, fmt::format("there is nothing at {}\n", printable(path, 100)));
  }
  const std::string& method = request.request.method;
  if (method != "GET" && method != "HEAD") co_return only_reading(method);

  if (path == "/metrics") co_return co_await scrape(request.request);
  if (path == "/-/healthy") co_return text_reply(200, "healthy\n");
  if (path == "/-/ready") co_return ready_reply(backend_);
  co_return page_reply(backend_);
}

asio::awaitable<net::Reply> PublicApi::scrape(net::Request request) {
  const bool gzipped =
      takes_gzip(net::find_header(request.headers, "Accept-Encoding").value_or(""));
  Result<std::string> text = co_await backend_.metrics(gzipped);
  if (!text) {
    net::Reply later = text_reply(503, text.error().message + "\n");
    later.headers.push_back({"Retry-After", "1"});
    co_return later;
  }
  net::Reply reply = text_reply(200, *std::move(text));
  // Whatever a scraper would like best: this one they all have to understand.
  reply.headers.front().value = "text/plain; version=0.0.4; charset=utf-8";
  reply.headers.push_back({"Vary", "Accept-Encoding"});
  if (gzipped) reply.headers.push_back({"Content-Encoding", "gzip"});
  co_return reply;
}

asio::awaitable<net::Response> PublicApi::resource(net::IncomingRequest request) {
  std::expected<Call, net::Reply> call = find_route(request.request);
  if (!call) co_return call.error();
  const auto shown = net::find_header(request.request.headers, "Authorization");
  const std::optional<std::string> owner = shown ? tokens_.owner_of(*shown) : std::nullopt;
  if (shown && !owner) co_return unauthorized("this token is not known here");
  if (!owner && !is_for_anybody(*call)) co_return refuse(*call, tokens_);
  const Audience audience = owner ? Audience::trusted : Audience::anybody;
  if (call->operation == Operation::events) {
    co_return co_await events_.open(std::move(*call), std::move(request.request), audience);
  }
  if (call->only_reads) co_return co_await read(backend_, std::move(*call), audience);
  co_return co_await command(backend_, std::move(*call), "token " + *owner,
                             std::move(request.request));
}

}  // namespace ripcord::api
