#pragma once

#include "act/runner.hpp"
#include "evidence/settings.hpp"
#include "metrics/metrics.hpp"
#include "net/blocking.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "probe/exec/command_runner.hpp"
#include "store/journal.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <string>

namespace ripcord::runtime {

/// The outer world as the runtime needs it: borrowed, made by the daemon or by a test.
struct World {
  boost::asio::any_io_executor executor;
  net::Clock& clock;
  net::Resolver& resolver;            ///< of probes
  net::Resolver& receivers_resolver;  ///< of receivers: a name that hangs keeps no probe waiting
  store::Journal& journal;
  net::BlockingPool& journal_pool;  ///< one thread, for the journal alone
  net::BlockingPool& work_pool;     ///< for rendering metrics
  act::Runner& runner;
  probe::CommandRunner& commands;  ///< of probes
  metrics::Metrics& metrics;
  std::string boot_id;
  std::string state_dir = "/";       ///< whose disk must have room for a rollback
  std::string log_folder = {};       ///< for how far logs were read; empty: it is not kept
  std::string evidence_folder = {};  ///< of rollbacks
  evidence::Settings evidence = {};
  std::string page = {};   ///< URL of the page, for links in messages; empty: there are none
  std::uint64_t seed = 0;  ///< spreads the first probes over their interval
};

}  // namespace ripcord::runtime
