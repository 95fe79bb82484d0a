#include "ripcord/client.hpp"

#include "ripcord/read_reply.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;

/// For the daemon to answer, over and above what it was asked to wait.
constexpr Duration answer_within = 15s;
constexpr Duration backoff_min = 100ms;
constexpr Duration backoff_max = 2s;

/// A list of a thousand deployments is the largest answer.
constexpr net::ClientLimits limits{.header_bytes = 16UL * 1024, .body_bytes = 64UL * 1024 * 1024};

std::string encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

Trouble no_answer(const Error& error, const std::string& socket) {
  if (error.fault == Fault::denied) {
    return {ExitCode::not_permitted,
            fmt::format("not permitted to use {}: {}; become a member of the socket's group or ask "
                        "as root",
                        socket, error.message)};
  }
  return {ExitCode::unavailable,
          fmt::format("the daemon does not answer at {}: {}\nIs ripcordd running? Look with "
                      "\"systemctl status ripcordd\". Does it listen elsewhere (api.socket in its "
                      "configuration)? Say so with --socket or RIPCORD_SOCKET.",
                      socket, error.message)};
}

ExitCode exit_code_of_status(unsigned status) {
  switch (status) {
    case 400:
      return ExitCode::usage;
    case 403:
      return ExitCode::not_permitted;
    case 409:
    case 503:
      return ExitCode::try_later;
    case 422:
      return ExitCode::configuration;
    default:
      return ExitCode::failed;
  }
}

bool is_away(const Trouble& trouble) {
  return trouble.exit_code == ExitCode::unavailable || trouble.status == 503;
}

}  // namespace

Client::Client(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
               std::string socket)
    : clock_(clock),
      socket_(std::move(socket)),
      http_(std::move(executor), clock, resolver,
            net::Place{.host = "", .port = 80, .unix_path = socket_}, limits) {}

asio::awaitable<Told> Client::get(std::string target, Duration wait) {
  net::Request request;
  request.target = std::move(target);
  co_return co_await ask(std::move(request), wait);
}

asio::awaitable<Told> Client::post(std::string target, std::string json, Duration wait) {
  net::Request request{.method = "POST",
                       .target = std::move(target),
                       .headers = {{"Content-Type", "application/json"}},
                       .body = std::move(json)};
  co_return co_await ask(std::move(request), wait);
}

asio::awaitable<Told> Client::ask(net::Request request, Duration wait) {
  const Instant deadline = clock_.now() + wait + answer_within;
  Result<net::Reply> reply = co_await http_.exchange(std::move(request), deadline);
  if (!reply) co_return std::unexpected(no_answer(reply.error(), socket_));
  if (reply->status >= 200 && reply->status < 300) co_return std::move(reply->body);
  co_return std::unexpected(
      Trouble{exit_code_of_status(reply->status), read_error(reply->body), reply->status});
}

asio::awaitable<Told> PatientClient::ask(std::string target, Duration wait) {
  std::optional<Instant> away_since;
  Duration pause = backoff_min;
  for (;;) {
    Told told = co_await ask_(target, wait);
    const bool has_left = !told && is_away(told.error());
    if (!has_left) {
      if (away_since) say_("the daemon is back");
      co_return told;
    }
    const Instant now = clock_.now();
    if (!away_since) {
      away_since = now;
      say_(fmt::format("the daemon is away; asking again for up to {}", for_people(patience_)));
    }
    if (now - *away_since >= patience_) co_return told;
    co_await clock_.sleep_until(std::min(now + pause, *away_since + patience_));
    pause = std::min(2 * pause, backoff_max);
  }
}

std::string service_target(std::string_view service) {
  return "/api/v1/services/" + encoded(service);
}

std::string deployment_target(std::string_view id) {
  return "/api/v1/deployments/" + encoded(id);
}

std::string receiver_target(std::string_view name) {
  return "/api/v1/receivers/" + encoded(name);
}

std::string evidence_target(std::string_view id) {
  return deployment_target(id) + "/evidence";
}

std::string evidence_file_target(std::string_view id, std::string_view file) {
  return fmt::format("{}/{}", evidence_target(id), encoded(file));
}

std::string with_query(std::string path, const std::vector<QueryParameter>& parameters) {
  char separator = '?';
  for (const QueryParameter& parameter : parameters) {
    if (parameter.value.empty()) continue;
    path += fmt::format("{}{}={}", separator, parameter.name, encoded(parameter.value));
    separator = '&';
  }
  return path;
}

}  // namespace ripcord::cli
