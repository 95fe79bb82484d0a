#include "runtime/notify/journal_watch.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace ripcord::runtime {
namespace {

Record record_of(std::string kind, std::string text, Severity severity, Instant now) {
  return {.at = now,
          .service = "",
          .deployment = "",
          .kind = std::move(kind),
          .text = std::move(text),
          .by = "ripcord",
          .severity = severity};
}

}  // namespace

boost::asio::awaitable<void> watch_journal(Recorder& recorder, net::Clock& clock,
                                           std::function<void(Record record)> tell,
                                           Duration patience) {
  for (;;) {
    while (!recorder.trouble_since()) (void)co_await recorder.wait_for_change();
    const std::optional<Instant> since = recorder.trouble_since();
    co_await clock.sleep_until(*since + patience);
    if (recorder.trouble_since() != since) continue;
    tell(record_of("daemon.journal_failed",
                   fmt::format("the journal cannot be written: {}; rollbacks still run, and no "
                               "deployment can begin",
                               recorder.trouble()),
                   Severity::critical, clock.now()));
    while (recorder.trouble_since()) (void)co_await recorder.wait_for_change();
    tell(record_of("daemon.journal_works", "the journal can be written again", Severity::warning,
                   clock.now()));
  }
}

}  // namespace ripcord::runtime
