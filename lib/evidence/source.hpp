#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "evidence/exhibit.hpp"
#include "net/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace ripcord::evidence {

/// Something that can tell about a service that is about to be rolled back.
struct Source {
  std::string name;     ///< `"probe db: sessions"`
  Duration patience{};  ///< how long it is waited for, at most
  /// Called once, with a deadline a little before the one at which it is cancelled, so that it can
  /// tell what it has by then.
  std::function<boost::asio::awaitable<Result<Shown>>(Instant deadline)> show;
};

/// How one source was asked.
struct Asked {
  std::string source;
  Duration took{};
  std::vector<std::string> missing;  ///< what it did not tell, and why; empty when all is well
};

struct Collected {
  std::vector<Exhibit> exhibits;
  std::vector<std::string> secrets;
  std::vector<Asked> asked;  ///< one a source, in their order
};

/// Asks all sources at once, each until its patience or `deadline` is over. One that hangs, fails
/// or breaks costs nothing but its own part, and is told of.
boost::asio::awaitable<Collected> collect(net::Clock& clock, std::vector<Source> sources,
                                          Instant deadline);

}  // namespace ripcord::evidence
