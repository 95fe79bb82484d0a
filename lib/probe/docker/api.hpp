#pragma once

#include "base/indirect.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/reply_stream.hpp"
#include "net/resolver.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/usage.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::docker {

/// The versions of the engine's API that we speak: the newest that the engine speaks too.
inline constexpr std::string_view api_version_min = "1.40";
inline constexpr std::string_view api_version_max = "1.51";

/// How the configuration names an engine.
struct EngineAddress {
  std::string host;                                       ///< empty: what the environment says
  OptionalIndirect<net::TlsSettings> tls = std::nullopt;  ///< mutual, with a certificate of ours

  friend bool operator==(const EngineAddress&, const EngineAddress&) = default;
};

/// Where the engine listens: `"unix:///run/docker.sock"`, or `"tcp://host:2376"` with mutual TLS,
/// without which only this machine is accepted (a filtering proxy). Fault::malformed with what is
/// wrong. Pre: the host is not empty.
[[nodiscard]] Result<net::Place> place_of(const EngineAddress& address);

/// `configured` when it has a host; otherwise what DOCKER_HOST, DOCKER_TLS_VERIFY and
/// DOCKER_CERT_PATH say, or the usual socket.
[[nodiscard]] EngineAddress with_environment(const EngineAddress& configured);

/// One conversation with a Docker engine: a request at a time, all before its deadline.
///
/// Every failure is ours or the engine's, and says nothing about the containers. The version is
/// negotiated at the first request, and again after any failure.
class EngineApi {
 public:
  /// Borrows `clock` and `resolver`, which must outlive it.
  EngineApi(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
            net::Place place);

  /// Fault::missing: there is no such container; otherwise as HttpClient::exchange().
  boost::asio::awaitable<Result<std::vector<Listed>>> list(Instant deadline);
  boost::asio::awaitable<Result<Container>> inspect(std::string id, Instant deadline);
  /// The answer as it came: it holds the container's environment.
  boost::asio::awaitable<Result<std::string>> inspect_raw(std::string id, Instant deadline);
  /// All that `selector` selects, each inspected. One that goes away meanwhile is left out.
  boost::asio::awaitable<Result<std::vector<Container>>> find(Selector selector, Instant deadline);
  /// What a container has used: costs the engine some 7 ms of CPU, and up to a second of time when
  /// it was asked just before. Fault::refused below version 1.41, which cannot answer at once.
  boost::asio::awaitable<Result<Usage>> usage(std::string id, Instant deadline);
  /// The last lines of a container's log as the engine sends them: framed unless it has a
  /// terminal, each with its timestamp.
  boost::asio::awaitable<Result<std::string>> last_lines(std::string id, unsigned count,
                                                         Instant deadline);
  /// Whether it has the image: a name with its tag, or an id.
  boost::asio::awaitable<Result<bool>> has_image(std::string image, Instant deadline);
  /// Whether the engine answers.
  boost::asio::awaitable<Result<void>> ping(Instant deadline);

  /// Opens a stream: `path` begins after the version (`"/events?…"`). Fault::refused, with the
  /// engine's words, for any status but 200; Fault::missing for 404.
  boost::asio::awaitable<Result<void>> open(net::ReplyStream& stream, std::string path,
                                            Instant deadline);

  /// The negotiated version; empty before the first answer.
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  boost::asio::awaitable<Result<void>> negotiate(Instant deadline);
  boost::asio::awaitable<Result<std::string>> ask(std::string path, Instant deadline);
  [[nodiscard]] Error refusal(unsigned status, std::string_view body) const;

  net::Clock& clock_;
  std::string name_;
  net::HttpClient client_;
  std::string version_;
};

/// `text` percent-encoded for a query.
[[nodiscard]] std::string query_encoded(std::string_view text);

}  // namespace ripcord::probe::docker
