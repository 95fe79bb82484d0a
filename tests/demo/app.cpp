#include "net/http_server.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"
#include "tests/demo/shop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <utility>

// The application of the demo: a shop whose second version goes bad in a way of one's choice.
namespace ripcord::demo {
namespace {

constexpr int exit_usage = 64;
constexpr int exit_crash = 70;
constexpr int exit_port_taken = 75;

struct Options {
  std::uint16_t port = 0;
  Shop::Release release;
  std::string after = "4s";
  std::string pid_file;
};

/// What happens to whom, in the shop's log.
void say(const Options& options, const std::string& what) {
  fmt::print("shop {} (pid {}): {}\n", options.release.version, ::getpid(), what);
  (void)std::fflush(stdout);
}

boost::asio::awaitable<void> turn_bad(Shop& shop, const Options& options) {
  co_await shop.wait_for_turn();
  switch (options.release.turn) {
    case Turn::failing:
      say(options, "the database does not answer");
      break;
    case Turn::slow:
      say(options, "the database answers slowly");
      break;
    case Turn::crashing:
      say(options, "out of memory");
      std::_Exit(exit_crash);
    case Turn::none:
      break;
  }
}

int run(const Options& options) {
  boost::asio::io_context context(1);
  net::SystemClock clock(context.get_executor());
  net::TaskGroup tasks(context.get_executor(),
                       [](const std::string&, const std::exception_ptr& failure) {
                         std::rethrow_exception(failure);
                       });
  Shop shop(clock, options.release);
  net::HttpServer server(
      context.get_executor(), clock, tasks,
      [&shop](net::IncomingRequest incoming) { return shop.handle(std::move(incoming)); });
  if (const auto listening = server.listen_tcp("127.0.0.1", options.port); !listening) {
    say(options, listening.error().message);
    return exit_port_taken;
  }
  if (!options.pid_file.empty()) std::ofstream(options.pid_file) << ::getpid() << '\n';
  say(options, fmt::format("open on port {}", server.port()));
  tasks.spawn("turn bad", turn_bad(shop, options));

  boost::asio::signal_set end(context, SIGTERM, SIGINT);
  end.async_wait([&](const boost::system::error_code&, int) {
    say(options, "closed");
    server.stop();
    tasks.cancel();
  });
  context.run();
  return 0;
}

}  // namespace
}  // namespace ripcord::demo

int main(int argc, char** argv) {
  using ripcord::demo::Turn;
  ripcord::demo::Options options;
  CLI::App app{"A small shop, for the demo of ripcord"};
  app.add_option("--port", options.port, "On the loopback; 0 takes a free one");
  app.add_option("--version", options.release.version, "What /version says")->required();
  app.add_option("--turn", options.release.turn, "How it goes bad")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Turn>{
          {"failing", Turn::failing}, {"slow", Turn::slow}, {"crashing", Turn::crashing}}));
  app.add_option("--after", options.after, "When it goes bad")->capture_default_str();
  app.add_option("--pid-file", options.pid_file, "Where its process id is written");
  CLI11_PARSE(app, argc, argv);

  const auto after = ripcord::parse_duration(options.after);
  if (!after) {
    fmt::print(stderr, "demo_app: --after: {}\n", after.error().message);
    return ripcord::demo::exit_usage;
  }
  options.release.after = *after;
  return ripcord::demo::run(options);
}
