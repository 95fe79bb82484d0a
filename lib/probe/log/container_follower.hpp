#pragma once

#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "net/task_group.hpp"
#include "net/wakeup.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/engine.hpp"
#include "probe/docker/ledger.hpp"
#include "probe/log/cursor.hpp"
#include "probe/log/listener.hpp"
#include "probe/log/splitters.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <string>

namespace ripcord::probe::log {

/// Follows the logs of one service's containers, one stream each, through their restarts, those of
/// the engine, and their replacement by others. No line counts twice; of a container that comes
/// later none is lost, of one that was there at first those from then on, and before them those of
/// the last `look_back`, as far as they are among its last 10,000.
class ContainerFollower {
 public:
  /// Borrows `clock`, `resolver` and `engine`.
  ContainerFollower(boost::asio::any_io_executor executor, net::Clock& clock,
                    net::Resolver& resolver, docker::Engine& engine, docker::Selector selector,
                    std::size_t line_bytes_max, Duration look_back);
  ~ContainerFollower();
  ContainerFollower(const ContainerFollower&) = delete;
  ContainerFollower& operator=(const ContainerFollower&) = delete;

  /// Hands on every line until cancelled.
  boost::asio::awaitable<void> follow(Listener listener);

  /// Why not every running container's log is followed; empty when it is.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Followed;

  boost::asio::awaitable<void> supervise(net::TaskGroup& tasks);
  void start_new(net::TaskGroup& tasks);
  boost::asio::awaitable<void> follow_one(Followed& one);
  boost::asio::awaitable<void> follow_run(Followed& one);
  boost::asio::awaitable<Result<void>> read_on(Followed& one);
  boost::asio::awaitable<Result<void>> recall(Followed& one);
  boost::asio::awaitable<Result<void>> open(Followed& one, std::string query);
  boost::asio::awaitable<Result<void>> read(Followed& one);
  void digest(Followed& one, std::string_view bytes, Result<void>& taken);
  void line_of(Followed& one, int stream, std::string_view line);
  void forget_ended();

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  net::Resolver& resolver_;
  docker::Engine& engine_;
  docker::Ledger ledger_;
  std::size_t line_bytes_max_;
  Duration look_back_;
  Instant recalled_from_;
  Listener listener_;
  net::Wakeup looked_;
  bool has_looked_ = false;
  std::map<std::string, std::unique_ptr<Followed>> followed_;  ///< by container id
  std::exception_ptr bug_;
};

}  // namespace ripcord::probe::log
