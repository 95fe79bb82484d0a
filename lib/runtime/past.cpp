// What people ask of the past.

#include "base/text.hpp"
#include "deploy/dora_input.hpp"
#include "net/before.hpp"
#include "runtime/runtime.hpp"

#include <spdlog/spdlog.h>

#include <functional>
#include <utility>

namespace ripcord::runtime {
namespace {

using Deployments = std::vector<Deployment>;
using Rows = std::vector<store::HistoryRow>;

/// What the figures are made of, as the journal has it.
struct Past {
  std::vector<deploy::DoraRecord> records;
  std::optional<Instant> known_since;
};

Result<Past> read_ended(store::Journal& journal, const std::string& service, Instant from,
                        Instant to) {
  Past past;
  Result<std::vector<store::EndedRow>> ended = journal.ended(service, from, to);
  if (!ended) return std::unexpected(std::move(ended).error());
  for (store::EndedRow& row : *ended) {
    past.records.push_back({.deployment = std::move(row.deployment),
                            .acting_since = row.acting_since,
                            .acted_until = row.acted_until});
  }
  const Result<std::optional<Instant>> known = journal.known_since(service);
  if (!known) return std::unexpected(known.error());
  past.known_since = *known;
  return past;
}

}  // namespace

boost::asio::awaitable<Result<Deployments>> Runtime::deployments(DeploymentQuery query) {
  std::function<Result<Deployments>(store::Journal&)> ask =
      [query = std::move(query)](store::Journal& journal) -> Result<Deployments> {
    if (!query.before.empty()) {
      const Result<Deployment> known = journal.deployment(query.before);
      if (!known) return std::unexpected(known.error());
    }
    return journal.deployments(query);
  };
  Result<Deployments> found = co_await recorder_.query<Deployments>(std::move(ask));
  co_return found;
}

boost::asio::awaitable<Result<deploy::DoraReport>> Runtime::dora(std::string service,
                                                                 Duration length) {
  const Instant to = world_.clock.now();
  std::function<Result<Past>(store::Journal&)> ask =
      [service = std::move(service), from = to - 2 * length, to](store::Journal& journal) {
        return read_ended(journal, service, from, to);
      };
  const Result<Past> past = co_await recorder_.query<Past>(std::move(ask));
  if (!past) co_return std::unexpected(past.error());
  co_return deploy::dora_report(deploy::dora_inputs(past->records), past->known_since, length, to);
}

boost::asio::awaitable<Result<std::vector<api::NumberedRecord>>> Runtime::records(
    std::uint64_t after, std::size_t limit, Duration wait) {
  const Instant deadline = world_.clock.now() + wait;
  for (;;) {
    // Asked for first: what is committed while the journal is read must not be missed.
    boost::asio::awaitable<Result<void>> news = committed_.wait();
    std::function<Result<Rows>(store::Journal&)> ask = [after, limit](store::Journal& journal) {
      return journal.history_after(static_cast<std::int64_t>(after), limit);
    };
    Result<Rows> rows = co_await recorder_.query<Rows>(std::move(ask));
    if (!rows) co_return std::unexpected(std::move(rows).error());
    std::vector<api::NumberedRecord> found;
    for (store::HistoryRow& row : *rows) {
      found.push_back(
          {.sequence = static_cast<std::uint64_t>(row.sequence), .record = std::move(row.record)});
    }
    if (!found.empty() || world_.clock.now() >= deadline) co_return found;
    (void)co_await net::before(world_.clock, deadline, std::move(news));
  }
}

boost::asio::awaitable<Result<std::uint64_t>> Runtime::last_record() {
  std::function<Result<std::uint64_t>(store::Journal&)> ask =
      [](store::Journal& journal) -> Result<std::uint64_t> {
    const Result<std::int64_t> last = journal.last_sequence();
    if (!last) return std::unexpected(last.error());
    return static_cast<std::uint64_t>(*last);
  };
  Result<std::uint64_t> last = co_await recorder_.query<std::uint64_t>(std::move(ask));
  co_return last;
}

boost::asio::awaitable<std::optional<Answer>> Runtime::report_once(
    std::string service, std::string by, ReportSignal signal, std::string mark, Instant since) {
  const std::string key = service + ' ' + mark;
  if (!reported_.add(key)) co_return std::nullopt;
  std::function<Result<bool>(store::Journal&)> ask = [service, since,
                                                      mark](store::Journal& journal) {
    return journal.has_record(service, "signal.reported", since, mark);
  };
  const Result<bool> known = co_await recorder_.query<bool>(std::move(ask));
  if (known && *known) co_return std::nullopt;
  Answer answer{.kind = AnswerKind::unrecorded, .deployment = "", .message = ""};
  if (known) {
    answer = co_await command(std::move(service), std::move(by), std::move(signal));
  } else {
    answer.message = known.error().message;
  }
  const bool is_recorded =
      answer.kind == AnswerKind::accepted || answer.kind == AnswerKind::preexisting;
  if (!is_recorded) reported_.remove(key);
  co_return answer;
}

void Runtime::complain(const std::string& message) {
  spdlog::warn("{}", printable(message));
}

}  // namespace ripcord::runtime
