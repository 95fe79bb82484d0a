#include "probe/docker/api.hpp"

#include "base/text.hpp"
#include "probe/docker/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe::docker {
namespace {

constexpr std::string_view usual_host = "unix:///var/run/docker.sock";

/// Some kilobytes for each container of the machine.
constexpr std::size_t body_bytes_max = 8UL * 1024 * 1024;

constexpr std::size_t error_bytes_max = 4096;

/// A container's id or name, as far as it can stand in a path.
bool is_path_segment(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text,
                             [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
                             }) &&
         text != "." && text != "..";
}

std::unexpected<Error> bad_host(std::string_view text, std::string_view why) {
  return failure(Fault::malformed, fmt::format("\"{}\" {}", printable(text, 100), why));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<net::Place> parse_tcp_host(std::string_view text, std::string_view address,
                                  const OptionalIndirect<net::TlsSettings>& tls) {
  while (address.ends_with('/')) address.remove_suffix(1);
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return bad_host(text, "has no port");
  std::string_view host = address.substr(0, colon);
  const std::string_view port_text = address.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const last = port_text.data() + port_text.size();
  const auto [end, error] = std::from_chars(port_text.data(), last, port);
  if (host.empty() || error != std::errc() || end != last || port == 0) {
    return bad_host(text, "is not the address of an engine; write \"tcp://127.0.0.1:2375\"");
  }
  const bool is_mutual = tls && !tls->cert_file.empty();
  if (!is_mutual && (tls || !is_loopback(host))) {
    return bad_host(text,
                    "needs a certificate of ours: over the network an engine is reached with "
                    "mutual TLS only");
  }
  return net::Place{.host = std::string(host), .port = port, .unix_path = {}, .tls = tls};
}

/// Of letters, digits and what stands between the parts of a name, so that it needs no encoding
/// and leads nowhere else.
bool is_image_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:@").contains(c);
  };
  return !text.empty() && text.size() <= 500 && !text.contains("..") && !text.starts_with('/') &&
         std::ranges::all_of(text, fits);
}

/// What the environment says; empty when it says nothing.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Result<net::Place> place_of(const EngineAddress& address) {
  constexpr std::string_view unix_scheme = "unix://";
  constexpr std::string_view tcp_scheme = "tcp://";
  const std::string_view text = address.host;
  if (text.starts_with(tcp_scheme)) {
    return parse_tcp_host(text, text.substr(tcp_scheme.size()), address.tls);
  }
  if (!text.starts_with(unix_scheme)) {
    return bad_host(text, "is not the address of an engine; write \"unix:///var/run/docker.sock\"");
  }
  const std::string_view path = text.substr(unix_scheme.size());
  if (!path.starts_with('/')) return bad_host(text, "has no absolute path");
  if (address.tls) return bad_host(text, "is a unix socket: there is no TLS");
  if (path.size() > net::unix_path_max) {
    return bad_host(text, fmt::format("is longer than the {} bytes of a unix socket's path",
                                      net::unix_path_max));
  }
  return net::Place{.host = {}, .port = 0, .unix_path = std::string(path)};
}

EngineAddress with_environment(const EngineAddress& configured) {
  if (!configured.host.empty()) return configured;
  EngineAddress address = configured;
  address.host = environment("DOCKER_HOST");
  if (address.host.empty()) address.host = usual_host;
  const std::string certificates = environment("DOCKER_CERT_PATH");
  if (!address.tls && !environment("DOCKER_TLS_VERIFY").empty() && !certificates.empty()) {
    address.tls = net::TlsSettings{.ca_file = certificates + "/ca.pem",
                                   .cert_file = certificates + "/cert.pem",
                                   .key_file = certificates + "/key.pem"};
  }
  return address;
}

std::string query_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

EngineApi::EngineApi(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                     net::Place place)
    : clock_(clock),
      name_(printable(to_string(place))),
      client_(std::move(executor), clock, resolver, std::move(place),
              {.body_bytes = body_bytes_max}) {}

asio::awaitable<Result<void>> EngineApi::negotiate(Instant deadline) {
  net::Request request;
  request.target = "/_ping";
  const Result<net::Reply> reply = co_await client_.exchange(std::move(request), deadline);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->status != 200) co_return std::unexpected(refusal(reply->status, reply->body));
  const auto theirs = net::find_header(reply->headers, "Api-Version");
  const auto order = theirs ? compare_versions(*theirs, api_version_max) : std::nullopt;
  if (!order) {
    co_return failure(Fault::malformed, fmt::format("{} does not answer as a Docker engine: \"{}\"",
                                                    name_, printable(trim(reply->body), 60)));
  }
  if (compare_versions(*theirs, api_version_min) < 0) {
    co_return failure(Fault::refused, fmt::format("the engine at {} speaks version {} of its API; "
                                                  "{} is the oldest that is understood",
                                                  name_, printable(*theirs, 20), api_version_min));
  }
  std::string version(*order > 0 ? api_version_max : *theirs);
  const std::string wanted = environment("DOCKER_API_VERSION");
  if (const auto older = compare_versions(wanted, version); older && *older < 0) version = wanted;
  version_ = std::move(version);
  co_return Result<void>();
}

Error EngineApi::refusal(unsigned status, std::string_view body) const {
  const Fault fault = status == 404 ? Fault::missing : Fault::refused;
  return {fault,
          fmt::format("the engine at {} answered {}: {}", name_, status, parse_message(body))};
}

asio::awaitable<Result<std::string>> EngineApi::ask(std::string path, Instant deadline) {
  if (version_.empty()) {
    Result<void> negotiated = co_await negotiate(deadline);
    if (!negotiated) co_return std::unexpected(std::move(negotiated).error());
  }
  net::Request request;
  request.target = fmt::format("/v{}{}", version_, path);
  Result<net::Reply> reply = co_await client_.exchange(std::move(request), deadline);
  if (reply && reply->status == 200) co_return std::move(reply->body);
  const bool engine_is_fine = reply && reply->status == 404;
  if (!engine_is_fine) version_.clear();
  if (!reply) co_return std::unexpected(std::move(reply).error());
  co_return std::unexpected(refusal(reply->status, reply->body));
}

asio::awaitable<Result<std::vector<Listed>>> EngineApi::list(Instant deadline) {
  std::string path = "/containers/json?all=1";
  const Result<std::string> body = co_await ask(std::move(path), deadline);
  if (!body) co_return std::unexpected(body.error());
  co_return parse_list(*body);
}

asio::awaitable<Result<Container>> EngineApi::inspect(std::string id, Instant deadline) {
  const Result<std::string> body = co_await inspect_raw(std::move(id), deadline);
  if (!body) co_return std::unexpected(body.error());
  co_return parse_container(*body);
}

asio::awaitable<Result<std::string>> EngineApi::inspect_raw(std::string id, Instant deadline) {
  if (!is_path_segment(id)) co_return failure(Fault::malformed, "a container's id is none");
  std::string path = fmt::format("/containers/{}/json", id);
  Result<std::string> body = co_await ask(std::move(path), deadline);
  co_return body;
}

asio::awaitable<Result<std::vector<Container>>> EngineApi::find(Selector selector,
                                                                Instant deadline) {
  const auto listed = co_await list(deadline);
  if (!listed) co_return std::unexpected(listed.error());
  std::vector<Container> found;
  for (const Listed& one : *listed) {
    if (!selects(selector, one)) continue;
    std::string id = one.id;
    Result<Container> container = co_await inspect(std::move(id), deadline);
    if (container) {
      found.push_back(*std::move(container));
    } else if (container.error().fault != Fault::missing) {
      co_return std::unexpected(std::move(container).error());
    }
  }
  co_return found;
}

asio::awaitable<Result<Usage>> EngineApi::usage(std::string id, Instant deadline) {
  if (!is_path_segment(id)) co_return failure(Fault::malformed, "a container's id is none");
  if (version_.empty()) {
    Result<void> negotiated = co_await negotiate(deadline);
    if (!negotiated) co_return std::unexpected(std::move(negotiated).error());
  }
  if (compare_versions(version_, "1.41") < 0) {
    co_return failure(Fault::refused, "statistics at once need version 1.41 of the engine's API");
  }
  std::string path = fmt::format("/containers/{}/stats?stream=false&one-shot=true", id);
  const Result<std::string> body = co_await ask(std::move(path), deadline);
  if (!body) co_return std::unexpected(body.error());
  co_return parse_usage(*body);
}

asio::awaitable<Result<std::string>> EngineApi::last_lines(std::string id, unsigned count,
                                                           Instant deadline) {
  if (!is_path_segment(id)) co_return failure(Fault::malformed, "a container's id is none");
  std::string path =
      fmt::format("/containers/{}/logs?stdout=1&stderr=1&timestamps=1&tail={}", id, count);
  Result<std::string> body = co_await ask(std::move(path), deadline);
  co_return body;
}

asio::awaitable<Result<bool>> EngineApi::has_image(std::string image, Instant deadline) {
  if (!is_image_name(image)) {
    co_return failure(Fault::malformed,
                      fmt::format("{:?} is not the name of an image", printable(image, 200)));
  }
  std::string path = fmt::format("/images/{}/json", image);
  const Result<std::string> body = co_await ask(std::move(path), deadline);
  if (body) co_return true;
  // Its name may not have been found instead; then nothing has been negotiated either.
  const bool is_gone = body.error().fault == Fault::missing && !version_.empty();
  if (!is_gone) co_return std::unexpected(body.error());
  co_return false;
}

asio::awaitable<Result<void>> EngineApi::ping(Instant deadline) {
  co_return co_await negotiate(deadline);
}

asio::awaitable<Result<void>> EngineApi::open(net::ReplyStream& stream, std::string path,
                                              Instant deadline) {
  if (version_.empty()) {
    Result<void> negotiated = co_await negotiate(deadline);
    if (!negotiated) co_return std::unexpected(std::move(negotiated).error());
  }
  net::Request request;
  request.target = fmt::format("/v{}{}", version_, path);
  Result<net::Reply> reply = co_await stream.open(std::move(request), deadline);
  if (!reply) {
    version_.clear();
    co_return std::unexpected(std::move(reply).error());
  }
  if (reply->status == 200) co_return Result<void>();
  std::string body;
  while (body.size() < error_bytes_max) {
    const Result<std::string> piece = co_await stream.read(deadline);
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  stream.close();
  if (reply->status != 404) version_.clear();
  co_return std::unexpected(refusal(reply->status, body));
}

}  // namespace ripcord::probe::docker
