#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/blocking.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

namespace ripcord::net {

/// Looks names up on a bounded pool of its own. Asio resolves on one thread per io_context, so one
/// dead name server would stall every probe (ADR 0004).
class Resolver {
 public:
  /// Borrows `pool`, which must outlive the resolver and serve nothing but lookups.
  explicit Resolver(BlockingPool& pool) : pool_(pool) {}

  /// The addresses of `host`, at least one, in the system's order of preference. A numeric address
  /// answers at once without a thread. Fault::missing when there is none or the lookup failed;
  /// Fault::busy when every thread of the pool hangs in another lookup. Has no deadline of its own:
  /// use before(); an abandoned lookup ends by itself.
  boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> resolve(std::string host);

 private:
  BlockingPool& pool_;
};

}  // namespace ripcord::net
