// What a container's probe can show for the evidence of a rollback.

#include "base/text.hpp"
#include "probe/docker/docker_probe.hpp"
#include "probe/docker/show_container.hpp"
#include "probe/exhibits.hpp"
#include "probe/log/last_lines.hpp"

#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

constexpr std::size_t containers_max = 16;
constexpr unsigned lines_shown = 200;
constexpr std::size_t log_bytes_max = 64UL * 1024;

}  // namespace

asio::awaitable<Result<Exhibits>> DockerProbe::exhibits(Instant deadline) {
  if (!api_) co_return std::unexpected(place_.error());
  docker::Selector selector = settings_.selector;
  const auto found = co_await api_->find(std::move(selector), deadline);
  if (!found) co_return std::unexpected(found.error());
  Exhibits exhibits;
  std::vector<docker::Container> containers = docker::current(settings_.selector, *found);
  if (containers.empty()) {
    exhibits.missing.push_back(fmt::format("there is no {}", to_string(settings_.selector)));
  }
  if (containers.size() > containers_max) {
    exhibits.missing.push_back(
        fmt::format("{} more containers", containers.size() - containers_max));
    containers.resize(containers_max);
  }
  for (docker::Container& container : containers) {
    co_await show(std::move(container), exhibits, deadline);
  }
  co_return exhibits;
}

asio::awaitable<void> DockerProbe::show(docker::Container container, Exhibits& exhibits,
                                        Instant deadline) {
  const std::string name = printable(container.name, 100);
  std::string id = container.id;
  const auto answer = co_await api_->inspect_raw(std::move(id), deadline);
  Result<docker::ShownContainer> seen =
      answer ? docker::show_container(*answer) : std::unexpected(answer.error());
  if (seen) {
    exhibits.shown.push_back(
        {.file = fmt::format("containers/{}.json", name), .content = std::move(seen->facts)});
    std::ranges::move(seen->secrets, std::back_inserter(exhibits.secrets));
  } else {
    exhibits.missing.push_back(fmt::format("container {}: {}", name, seen.error().message));
  }
  std::string log_of = container.id;
  const auto log = co_await api_->last_lines(std::move(log_of), lines_shown, deadline);
  Result<std::string> lines = log ? log::last_lines_of_container(*log, container.tty, log_bytes_max)
                                  : std::unexpected(log.error());
  if (lines) {
    exhibits.shown.push_back(
        {.file = fmt::format("logs/{}.txt", name), .content = boost::json::string(*lines)});
  } else {
    exhibits.missing.push_back(fmt::format("log of {}: {}", name, lines.error().message));
  }
}

}  // namespace ripcord::probe
