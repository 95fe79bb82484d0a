// What a log can show for the evidence of a rollback.

#include "base/text.hpp"
#include "probe/exhibits.hpp"
#include "probe/log/file_reader.hpp"
#include "probe/log/last_lines.hpp"
#include "probe/log/log_probe.hpp"

#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <limits>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {
namespace {

constexpr std::size_t log_bytes_max = 64UL * 1024;
constexpr unsigned lines_shown = 200;
constexpr std::size_t containers_max = 16;

/// The end of a file, from the beginning of a line on.
Result<std::string> tail_of(const std::string& path) {
  log::FileReader reader(path, log_bytes_max);
  const Result<void> looked = reader.look(log_bytes_max);
  if (!looked) return std::unexpected(looked.error());
  std::string text;
  const auto keep = [&text](std::string_view line) { text.append(line).append("\n"); };
  while (text.size() < log_bytes_max && reader.read(log_bytes_max, keep) > 0) {
  }
  return log::last_lines(text, log_bytes_max);
}

Exhibit exhibit_of(std::string_view name, const std::string& lines) {
  return {.file = fmt::format("logs/{}.txt", name), .content = boost::json::string(lines)};
}

}  // namespace

asio::awaitable<Result<Exhibits>> LogProbe::exhibits(Instant deadline) {
  Exhibits exhibits;
  if (file_) {
    const Result<std::string> lines = tail_of(settings_.file);
    if (!lines) co_return std::unexpected(lines.error());
    const std::size_t slash = settings_.file.rfind('/');
    exhibits.shown.push_back(exhibit_of(settings_.file.substr(slash + 1), *lines));
    co_return exhibits;
  }
  if (!api_) co_return std::unexpected(place_.error());
  docker::Selector selector = settings_.selector;
  const auto found = co_await api_->find(std::move(selector), deadline);
  if (!found) co_return std::unexpected(found.error());
  for (const docker::Container& container : docker::current(settings_.selector, *found)) {
    if (exhibits.shown.size() == containers_max) break;
    std::string id = container.id;
    const auto answer = co_await api_->last_lines(std::move(id), lines_shown, deadline);
    const Result<std::string> lines =
        answer ? log::last_lines_of_container(*answer, container.tty, log_bytes_max)
               : std::unexpected(answer.error());
    if (lines) exhibits.shown.push_back(exhibit_of(printable(container.name, 100), *lines));
    if (!lines) {
      exhibits.missing.push_back(
          fmt::format("log of {}: {}", printable(container.name, 100), lines.error().message));
    }
  }
  co_return exhibits;
}

}  // namespace ripcord::probe
