#pragma once

#include "base/result.hpp"
#include "deploy/gate.hpp"
#include "gate/settings.hpp"
#include "net/blocking.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ripcord::gate {

/// What the floor above lends: `act` runs commands and `probe` knows Docker engines, and siblings
/// know nothing of each other.
class Hands {
 public:
  virtual ~Hands() = default;

  /// Runs a command to its end, at the latest after its timeout. An Error says that it could not be
  /// told how it went.
  virtual boost::asio::awaitable<Result<RunResult>> run(Command command) = 0;
  /// Whether the Docker engine at which a probe of a service looks has an image. An Error when it
  /// does not say.
  virtual boost::asio::awaitable<Result<bool>> has_image(std::string service, std::uint32_t probe,
                                                         std::string image, Instant deadline) = 0;
};

/// Finds out what gates ask for.
class Gatherer {
 public:
  /// Borrows all but `executor`. `pool` is for looking at files, which may hang. Disk space is that
  /// of `state_dir`.
  Gatherer(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
           net::BlockingPool& pool, Hands& hands, std::string state_dir);

  /// The facts of all gates that look outside, asked for at once, each until its own deadline at
  /// the latest. What could not be found out is NotKnown, with why. Changes nothing; a caller that
  /// is cancelled leaves nothing running.
  boost::asio::awaitable<deploy::GateFacts> gather(std::vector<Settings> gates, Question question);

 private:
  using Fact = Result<deploy::GateFact>;
  struct Round;

  boost::asio::awaitable<void> gather_one(const Settings& gate, Round& round);
  // Each for a gate with that source.
  boost::asio::awaitable<Fact> backup_of(const Settings& gate, const Question& question);
  boost::asio::awaitable<Fact> staging_of(const Settings& gate);
  boost::asio::awaitable<Fact> readiness_of(const Settings& gate, const Question& question);
  boost::asio::awaitable<Fact> script_of(const Settings& gate, const Question& question);
  boost::asio::awaitable<Result<RunResult>> run(Command command, const Settings& gate,
                                                const Question& question);
  /// Does what blocks on a thread of the pool, and waits for it until `deadline`.
  template <class T>
  boost::asio::awaitable<Result<T>> off_the_loop(std::function<Result<T>()> work, Instant deadline);

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  net::Resolver& resolver_;
  net::BlockingPool& pool_;
  Hands& hands_;
  std::string state_dir_;
};

}  // namespace ripcord::gate
