#include "probe/probe.hpp"

#include "base/contract.hpp"
#include "probe/exhibits.hpp"

namespace ripcord::probe {

boost::asio::awaitable<void> Probe::watch(Watcher& /*watcher*/) {
  RIPCORD_CONTRACT(watches());
  co_return;
}

boost::asio::awaitable<Result<Exhibits>> Probe::exhibits(Instant /*deadline*/) {
  co_return Exhibits();
}

}  // namespace ripcord::probe
