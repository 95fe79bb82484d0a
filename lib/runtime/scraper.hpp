#pragma once

#include "base/result.hpp"
#include "metrics/metrics.hpp"
#include "net/blocking.hpp"
#include "runtime/driver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// Makes the text of a scrape without holding up the loop: what the engine knows is copied service
/// by service, with a turn for everything else after a fraction of a millisecond, and is written
/// down on a thread of the pool. So the services are not of one instant, but each by itself is.
class Scraper {
 public:
  using FiguresOf = std::function<metrics::ServiceFigures(const std::string& service)>;

  /// Borrows all but `executor`, that of the loop, and `figures_of`.
  Scraper(boost::asio::any_io_executor executor, const Driver& driver, metrics::Metrics& metrics,
          net::BlockingPool& pool, FiguresOf figures_of);

  /// The series of `services`, and of the daemon, as text or gzipped. Fault::busy while several are
  /// under way: each takes the memory of all its series.
  boost::asio::awaitable<Result<std::string>> take(std::vector<std::string> services,
                                                   metrics::DaemonFigures figures, bool gzipped);

 private:
  boost::asio::any_io_executor executor_;
  const Driver& driver_;
  metrics::Metrics& metrics_;
  net::BlockingPool& pool_;
  FiguresOf figures_of_;
  std::size_t under_way_ = 0;
};

}  // namespace ripcord::runtime
