#pragma once

#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"
#include "ripcord/exit_code.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::cli {

/// Why the daemon did not do what was asked, for the person and for the shell.
struct Trouble {
  ExitCode exit_code = ExitCode::failed;
  std::string message;
  unsigned status = 0;  ///< of the daemon's answer; 0 when there was none
};

/// The body of the daemon's answer.
using Told = std::expected<std::string, Trouble>;

/// Asks the daemon at its unix socket.
class Client {
 public:
  /// Borrows `clock` and `resolver`.
  Client(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
         std::string socket);

  /// The daemon may take `wait` before it answers.
  boost::asio::awaitable<Told> get(std::string target, Duration wait = {});
  boost::asio::awaitable<Told> post(std::string target, std::string json, Duration wait = {});

 private:
  boost::asio::awaitable<Told> ask(net::Request request, Duration wait);

  net::Clock& clock_;
  std::string socket_;
  net::HttpClient http_;
};

/// Asks the same again while the daemon is away, as it is for a moment when it is restarted.
class PatientClient {
 public:
  using Ask = std::function<boost::asio::awaitable<Told>(std::string target, Duration wait)>;
  using Say = std::function<void(const std::string& message)>;

  static constexpr Duration patience_default = std::chrono::seconds(60);

  /// Borrows `clock`. `say` hears that the daemon is away, and that it is back.
  PatientClient(net::Clock& clock, Ask ask, Say say, Duration patience = patience_default)
      : clock_(clock), ask_(std::move(ask)), say_(std::move(say)), patience_(patience) {}

  /// The answer, or what is still wrong once the daemon has been away for that long.
  boost::asio::awaitable<Told> ask(std::string target, Duration wait = {});

 private:
  net::Clock& clock_;
  Ask ask_;
  Say say_;
  Duration patience_;
};

/// `"/api/v1/services/NAME"`, percent-encoded.
[[nodiscard]] std::string service_target(std::string_view service);
[[nodiscard]] std::string deployment_target(std::string_view id);
[[nodiscard]] std::string receiver_target(std::string_view name);
[[nodiscard]] std::string evidence_target(std::string_view id);
[[nodiscard]] std::string evidence_file_target(std::string_view id, std::string_view file);

/// One parameter behind the question mark.
struct QueryParameter {
  std::string name;
  std::string value;
};
/// `path` with those of `parameters` that have a value, percent-encoded.
[[nodiscard]] std::string with_query(std::string path,
                                     const std::vector<QueryParameter>& parameters);

}  // namespace ripcord::cli
