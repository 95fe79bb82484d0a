#include "probe/docker/cgroup.hpp"
#include "probe/docker/event_reader.hpp"
#include "probe/docker/ledger.hpp"
#include "probe/docker/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using namespace ripcord::probe::docker;

void expect(bool condition) {
  if (!condition) std::abort();
}

/// The same events, however the stream was cut.
void read_events(std::string_view bytes) {
  EventReader whole;
  EventReader halves;
  const auto at_once = whole.take(bytes);
  const auto first = halves.take(bytes.substr(0, bytes.size() / 2));
  if (!first) return;
  const auto second = halves.take(bytes.substr(bytes.size() / 2));
  expect(at_once.has_value() == second.has_value());
  if (!at_once) return;
  expect(at_once->size() == first->size() + second->size());

  Ledger ledger({.container = "app", .project = {}, .service = {}});
  Container container;
  container.id = "a";
  container.name = "app";
  container.status = "running";
  (void)ledger.take_all({container});
  std::size_t taken = 0;
  for (const ContainerEvent& event : *at_once) {
    if (!ledger.concerns(event)) continue;
    ledger.take(event);
    ++taken;
  }
  // Without a look at the container no event can count more than one restart.
  expect(ledger.drain({}).size() <= taken);
}

}  // namespace

/// Whatever an engine or a kernel says, it is a value or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes
  if (const auto list = parse_list(bytes)) {
    for (const Listed& one : *list) expect(!one.id.empty());
  }
  if (const auto container = parse_container(bytes)) expect(!container->status.empty());
  if (const auto usage = parse_usage(bytes)) expect(usage->memory_limit.value_or(0) > 0);
  (void)parse_event(bytes);
  expect(parse_message(bytes).find('\n') == std::string::npos);
  (void)compare_versions(bytes, "1.41");
  read_events(bytes);
  (void)cgroup_folder(parse_cgroup_paths(bytes), parse_cgroup_mounts(bytes), "memory");
  (void)number_after(bytes, "MemTotal:");
  (void)sum_blkio(bytes, "Read");
  (void)sum_io_stat(bytes, "rbytes");
  (void)parse_net_dev(bytes);
  return 0;
}
