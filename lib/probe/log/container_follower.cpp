#include "probe/log/container_follower.hpp"

#include "base/text.hpp"
#include "net/before.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;

/// For a request; for the first byte of a stream's header.
constexpr Duration patience = 5s;
constexpr Duration pause_after_trouble = 500ms;
constexpr Duration event_delay_max = 1s;
/// Some engines say nothing more after they have rotated a log.
constexpr Duration silence_max = 60s;
/// Of a container's past. Without a wish for it one: to know where the past ends.
constexpr int recalled_lines_max = 10'000;

bool may_write(const docker::Container& container) {
  return container.status == "running" || container.status == "paused";
}

}  // namespace

/// One container, and how far its log has been read.
struct ContainerFollower::Followed {
  Followed(const asio::any_io_executor& executor, net::Clock& clock, net::Resolver& resolver,
           const net::Place& place, std::size_t line_bytes_max)
      : api(executor, clock, resolver, place),
        stream(executor, clock, resolver, place),
        lines{LineSplitter(line_bytes_max), LineSplitter(line_bytes_max),
              LineSplitter(line_bytes_max)},
        changed(executor) {}

  docker::Container container;
  bool has_past = false;  ///< that has not been looked at
  bool recalls = false;   ///< what comes is of the past
  bool is_current = true;
  bool is_open = false;
  bool has_ended = false;
  Instant read_run;  ///< when the run that was read to its end was started
  std::string trouble;
  docker::EngineApi api;
  net::ReplyStream stream;
  Cursor cursor;
  FrameSplitter frames;
  std::array<LineSplitter, Cursor::streams> lines;
  net::Wakeup changed;
};

ContainerFollower::ContainerFollower(asio::any_io_executor executor, net::Clock& clock,
                                     net::Resolver& resolver, docker::Engine& engine,
                                     docker::Selector selector, std::size_t line_bytes_max,
                                     Duration look_back)
    : executor_(std::move(executor)),
      clock_(clock),
      resolver_(resolver),
      engine_(engine),
      ledger_(std::move(selector)),
      line_bytes_max_(line_bytes_max),
      look_back_(look_back),
      looked_(executor_) {}

ContainerFollower::~ContainerFollower() = default;

asio::awaitable<void> ContainerFollower::follow(Listener listener) {
  listener_ = std::move(listener);
  recalled_from_ = clock_.now() - look_back_;
  net::TaskGroup tasks(executor_, [this](const std::string&, const std::exception_ptr& failure) {
    bug_ = failure;
    looked_.notify();
  });
  std::exception_ptr ended;
  try {
    co_await supervise(tasks);
  } catch (const boost::system::system_error&) {
    ended = std::current_exception();
  }
  // The tasks borrow from here: they are waited for, also when this coroutine is cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  tasks.cancel();
  co_await tasks.join();
  followed_.clear();
  if (ended) std::rethrow_exception(ended);
  if (bug_) std::rethrow_exception(bug_);
}

asio::awaitable<void> ContainerFollower::supervise(net::TaskGroup& tasks) {
  tasks.spawn("engine", engine_.follow(ledger_, [this] {
    (void)ledger_.drain(clock_.now());
    (void)ledger_.drain_replaced();
    looked_.notify();
  }));
  while (!bug_) {
    start_new(tasks);
    (void)co_await looked_.wait();
  }
}

void ContainerFollower::start_new(net::TaskGroup& tasks) {
  forget_ended();
  if (!ledger_.is_known()) return;
  for (const auto& [id, one] : followed_) one->is_current = false;
  for (const docker::Container& container : ledger_.containers()) {
    std::unique_ptr<Followed>& one = followed_[container.id];
    const bool is_new = one == nullptr;
    if (is_new) {
      one = std::make_unique<Followed>(executor_, clock_, resolver_, engine_.place(),
                                       line_bytes_max_);
      one->has_past = !has_looked_;
    }
    one->container = container;
    one->is_current = true;
    if (is_new) tasks.spawn("log of " + container.id.substr(0, 12), follow_one(*one));
  }
  has_looked_ = true;
  for (const auto& [id, one] : followed_) one->changed.notify();
  listener_.changed();
}

void ContainerFollower::forget_ended() {
  std::erase_if(followed_, [](const auto& entry) { return entry.second->has_ended; });
}

asio::awaitable<void> ContainerFollower::follow_one(Followed& one) {
  while (!one.has_ended) {
    const bool has_more = may_write(one.container) || one.read_run != one.container.started_at;
    if (has_more) {
      co_await follow_run(one);
    } else if (one.is_current) {
      (void)co_await one.changed.wait();
    } else {
      one.has_ended = true;
    }
  }
}

/// Reads on until the log ends, which it does with each run of the container, or cannot be read.
asio::awaitable<void> ContainerFollower::follow_run(Followed& one) {
  const Instant run = one.container.started_at;
  const Result<void> ended = co_await read_on(one);
  one.stream.close();
  const bool is_gone = !ended && ended.error().fault == Fault::missing;
  if (ended || is_gone) {
    one.read_run = run;
    one.has_ended = is_gone && !one.is_current;
    if (!one.has_ended && one.container.started_at == run && may_write(one.container)) {
      // It has ended, which the engine's event will tell in a moment; or it was only the stream.
      (void)co_await net::before(clock_, clock_.now() + event_delay_max, one.changed.wait());
    }
    co_return;
  }
  if (ended.error().fault == Fault::timeout && one.trouble.empty()) co_return;
  one.trouble = printable(ended.error().message);
  listener_.changed();
  co_await clock_.sleep_until(clock_.now() + pause_after_trouble);
}

asio::awaitable<Result<void>> ContainerFollower::read_on(Followed& one) {
  if (one.has_past) {
    Result<void> recalled = co_await recall(one);
    if (!recalled) co_return recalled;
    one.has_past = false;
  }
  const std::string since = one.cursor.since();
  std::string query = since.empty() ? "follow=1" : "follow=1&since=" + since;
  Result<void> opened = co_await open(one, std::move(query));
  if (!opened) co_return opened;
  one.is_open = true;
  one.trouble.clear();
  listener_.changed();
  Result<void> ended = co_await read(one);
  one.is_open = false;
  co_return ended;
}

/// Reads what was written before, for the listener and to know where it ended.
asio::awaitable<Result<void>> ContainerFollower::recall(Followed& one) {
  const int lines_max = look_back_ > Duration{} ? recalled_lines_max : 1;
  std::string query = fmt::format("tail={}", lines_max);
  Result<void> read_whole = co_await open(one, std::move(query));
  if (!read_whole) co_return read_whole;
  one.recalls = true;
  read_whole = co_await read(one);
  one.recalls = false;
  one.stream.close();
  co_return read_whole;
}

asio::awaitable<Result<void>> ContainerFollower::open(Followed& one, std::string query) {
  one.cursor.reopen();
  one.frames = FrameSplitter();
  for (LineSplitter& lines : one.lines) lines.drop();
  std::string path =
      fmt::format("/containers/{}/logs?stdout=1&stderr=1&timestamps=1&{}", one.container.id, query);
  Result<void> opened = co_await one.api.open(one.stream, std::move(path), clock_.now() + patience);
  co_return opened;
}

asio::awaitable<Result<void>> ContainerFollower::read(Followed& one) {
  for (;;) {
    const Result<std::string> piece =
        co_await one.stream.read(clock_.now() + (one.recalls ? patience : silence_max));
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    Result<void> taken;
    digest(one, *piece, taken);
    listener_.changed();
    if (!taken) co_return taken;
  }
  for (std::size_t stream = 0; stream < one.lines.size(); ++stream) {
    one.lines[stream].flush(
        [&](std::string_view line) { line_of(one, static_cast<int>(stream), line); });
  }
  listener_.changed();
  co_return Result<void>();
}

void ContainerFollower::digest(Followed& one, std::string_view bytes, Result<void>& taken) {
  const auto cut = [&](int stream, std::string_view payload) {
    one.lines[static_cast<std::size_t>(stream)].take(
        payload, [&](std::string_view line) { line_of(one, stream, line); });
  };
  if (one.container.tty) {
    cut(0, bytes);
  } else {
    taken = one.frames.take(bytes, cut);
  }
}

void ContainerFollower::line_of(Followed& one, int stream, std::string_view line) {
  const Instant now = clock_.now();
  const auto text = one.cursor.take(static_cast<std::size_t>(stream), line, now);
  if (!text) return;
  if (!one.recalls) {
    listener_.on_line(*text);
    return;
  }
  const auto at = Cursor::written_at(line);
  if (at && *at > recalled_from_) listener_.on_past_line(*text, std::min(*at, now));
}

std::string ContainerFollower::trouble() const {
  if (!engine_.is_live()) return engine_.trouble();
  if (!ledger_.is_known()) return "the engine has not been asked yet";
  for (const docker::Container& container : ledger_.containers()) {
    const auto place = followed_.find(container.id);
    if (place != followed_.end() && (place->second->is_open || !may_write(container))) continue;
    const std::string why = place == followed_.end() ? "" : place->second->trouble;
    return why.empty() ? fmt::format("the log of {} is not open", printable(container.name, 100))
                       : why;
  }
  return "";
}

}  // namespace ripcord::probe::log
