#include "probe/probe.hpp"

#include "base/contract.hpp"

namespace ripcord::probe {

boost::asio::awaitable<void> Probe::watch(Watcher& /*watcher*/) {
  RIPCORD_CONTRACT(watches());
  co_return;
}

}  // namespace ripcord::probe
