// Worlds by the thousand: `./dev simulate`.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Duration life = 5h;

struct Options {
  std::uint64_t seeds = 1'000;
  std::uint64_t first = 1;
  std::string weather = "stormy";
  bool trace = false;
};

std::optional<Weather> parse_weather(std::string_view text) {
  if (text == "stormy") return Weather::stormy;
  if (text == "healthy") return Weather::healthy;
  if (text == "rotten") return Weather::rotten;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

std::optional<Options> parse(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--trace") {
      options.trace = true;
      continue;
    }
    if (i + 1 == words.size()) return std::nullopt;
    const std::string& option = words[i];
    const std::string& value = words[++i];
    const auto count = parse_count(value);
    if (option == "--seeds" && count) {
      options.seeds = *count;
    } else if (option == "--first" && count) {
      options.first = *count;
    } else if (option == "--weather" && parse_weather(value)) {
      options.weather = value;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

int run(const Options& options) {
  std::map<std::string, int> tally;
  std::uint64_t seeds = 0;
  bool holds = true;
  for (; seeds < options.seeds && holds; ++seeds) {
    const std::uint64_t seed = options.first + seeds;
    World world(seed, *parse_weather(options.weather), options.trace ? &std::cout : nullptr);
    world.live(life);
    world.calm_down();
    for (const auto& [what, times] : world.tally()) tally[what] += times;
    holds = world.broken().empty();
    if (!holds) {
      fmt::print(
          "seed {} breaks a law: {}\nagain with: ./dev simulate --seeds 1 --first {} "
          "--weather {} --trace\n",
          seed, world.broken(), seed, options.weather);
    } else if ((seeds + 1) % 100 == 0 && seeds + 1 < options.seeds) {
      fmt::print("{} of {} seeds\n", seeds + 1, options.seeds);
      std::cout.flush();
    }
  }
  const int deployments = tally["succeeded"] + tally["failed"] + tally["aborted"] +
                          tally["refused"] + tally["rolled_back"] + tally["rollback_failed"];
  fmt::print("{}: {} seeds, {} hours, {} deployments, {} rollbacks\n",
             holds ? "every law held" : "a law was broken", seeds,
             seeds * static_cast<std::uint64_t>(life / 1h), deployments, tally["rollback.started"]);
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace ripcord::simulation

int main(int argc, char** argv) {
  const auto options = ripcord::simulation::parse(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    fmt::print(stderr,
               "usage: simulate [--seeds N] [--first SEED] [--weather stormy|healthy|rotten] "
               "[--trace]\n");
    return 64;
  }
  return ripcord::simulation::run(*options);
}
