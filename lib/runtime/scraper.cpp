#include "runtime/scraper.hpp"

#include "base/counted.hpp"
#include "metrics/gzip.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio = boost::asio;

namespace ripcord::runtime {
namespace {

constexpr std::size_t scrapes_max = 4;

/// How many probes and triggers are copied in one turn: about 1 µs each.
constexpr std::size_t parts_a_turn = 200;
/// What the rest of a service weighs beside them.
constexpr std::size_t parts_of_service = 10;

std::size_t parts_of(const engine::ServiceSnapshot& service) {
  return parts_of_service + service.probes.size() + service.triggers.size();
}

}  // namespace

Scraper::Scraper(asio::any_io_executor executor, const Driver& driver, metrics::Metrics& metrics,
                 net::BlockingPool& pool, FiguresOf figures_of)
    : executor_(std::move(executor)),
      driver_(driver),
      metrics_(metrics),
      pool_(pool),
      figures_of_(std::move(figures_of)) {}

asio::awaitable<Result<std::string>> Scraper::take(std::vector<std::string> services,
                                                   metrics::DaemonFigures figures, bool gzipped) {
  if (under_way_ == scrapes_max) {
    co_return failure(Fault::busy, fmt::format("{} scrapes are under way already", scrapes_max));
  }
  const Counted counted(under_way_);
  engine::Snapshot snapshot{
      .at = driver_.now(), .services = {}, .blind_since = driver_.engine().blind_since()};
  snapshot.services.reserve(services.size());
  figures.services.reserve(services.size());
  std::size_t parts = 0;
  for (const std::string& service : services) {
    const auto id = driver_.engine().find(service);
    if (!id) continue;  // gone since the last turn
    snapshot.services.push_back(driver_.engine().snapshot_of(*id, driver_.now()));
    figures.services.push_back(figures_of_(service));
    parts += parts_of(snapshot.services.back());
    if (parts < parts_a_turn) continue;
    parts = 0;
    co_await asio::post(executor_, asio::use_awaitable);
  }
  std::function<Result<std::string>()> render =
      [&metrics = metrics_, gzipped, snapshot = std::move(snapshot), figures = std::move(figures)] {
        std::string text = metrics.render(snapshot, figures);
        return Result<std::string>(gzipped ? metrics::gzip(text) : std::move(text));
      };
  Result<std::string> text = co_await pool_.run<std::string>(std::move(render));
  co_return text;
}

}  // namespace ripcord::runtime
