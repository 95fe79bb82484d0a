#include "evidence/source.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "net/task_group.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::evidence {
namespace {

constexpr Duration margin_max = std::chrono::milliseconds(50);

struct Told {
  Duration took{};
  std::optional<Result<Shown>> shown;  ///< nothing when it broke
};

asio::awaitable<void> ask(net::Clock& clock, const Source& source, Instant deadline, Told& told) {
  const Instant began = clock.now();
  const Instant until = std::min(began + source.patience, deadline);
  const Duration margin = std::min<Duration>(margin_max, (until - began) / 10);
  Result<Shown> shown = co_await net::before(clock, until, source.show(until - margin));
  told.took = clock.now() - began;
  const bool is_late = !shown && shown.error().fault == Fault::timeout;
  if (is_late) {
    shown = failure(Fault::timeout, fmt::format("no answer within {}", for_people(until - began)));
  }
  told.shown = std::move(shown);
}

void take(const Source& source, Told told, Collected& collected) {
  Asked& asked =
      collected.asked.emplace_back(Asked{.source = source.name, .took = told.took, .missing = {}});
  if (!told.shown) {
    asked.missing.emplace_back("it broke by a mistake of ours");
  } else if (!*told.shown) {
    asked.missing.push_back(printable(told.shown->error().message));
  } else {
    Shown& shown = **told.shown;
    std::ranges::move(shown.exhibits, std::back_inserter(collected.exhibits));
    std::ranges::move(shown.secrets, std::back_inserter(collected.secrets));
    asked.missing = std::move(shown.missing);
  }
}

}  // namespace

asio::awaitable<Collected> collect(net::Clock& clock, std::vector<Source> sources,
                                   Instant deadline) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::vector<Told> told(sources.size());
  // What a source lets escape is seen by its lack of an answer: it must not stop a rollback.
  net::TaskGroup tasks(executor, [](const std::string&, const std::exception_ptr&) {});
  for (std::size_t i = 0; i < sources.size(); ++i) {
    tasks.spawn(sources[i].name, ask(clock, sources[i], deadline, told[i]));
  }
  std::exception_ptr cancelled;
  try {
    co_await tasks.join();
  } catch (const boost::system::system_error&) {
    cancelled = std::current_exception();
  }
  // The tasks borrow from here: they are waited for, also when this coroutine is cancelled.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (cancelled) tasks.cancel();
  co_await tasks.join();
  co_await asio::this_coro::throw_if_cancelled(true);
  if (cancelled) std::rethrow_exception(cancelled);
  Collected collected;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    take(sources[i], std::move(told[i]), collected);
  }
  co_return collected;
}

}  // namespace ripcord::evidence
