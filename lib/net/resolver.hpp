#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/blocking.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ripcord::net {

/// Looks names up on a bounded pool of its own. Asio resolves on one thread per io_context, so one
/// dead name server would stall every probe (ADR 0004). A name is looked up once at a time, for all
/// who ask: one that hangs takes one thread, however often it is asked for.
class Resolver {
 public:
  /// Borrows `pool`, which must outlive the resolver and serve nothing but lookups.
  explicit Resolver(BlockingPool& pool);

  /// The addresses of `host`, at least one, in the system's order of preference. A numeric address
  /// answers at once without a thread. Fault::missing when there is none or the lookup failed;
  /// Fault::busy when every thread of the pool hangs in another lookup. Has no deadline of its own:
  /// use before(); an abandoned lookup ends by itself.
  boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> resolve(std::string host);

 private:
  struct Lookup;
  /// Those under way, by host. Shared: a lookup that nobody waits for any more outlives whoever
  /// began it.
  using Lookups = std::map<std::string, std::shared_ptr<Lookup>>;

  /// The one of `host` that is under way, or that begins now; Fault::busy when it cannot.
  Result<std::shared_ptr<Lookup>> lookup_of(const boost::asio::any_io_executor& executor,
                                            const std::string& host);

  BlockingPool& pool_;
  std::shared_ptr<Lookups> lookups_;
};

}  // namespace ripcord::net
