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
  bool from_now = false;  ///< what was written before is not read
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
                                     docker::Selector selector, std::size_t line_bytes_max)
    : executor_(std::move(executor)),
      clock_(clock),
      resolver_(resolver),
      engine_(engine),
      ledger_(std::move(selector)),
      line_bytes_max_(line_bytes_max),
      looked_(executor_) {}

ContainerFollower::~ContainerFollower() = default;

asio::awaitable<void> ContainerFollower::follow(LineSplitter::OnLine on_line,
                                                std::function<void()> changed) {
  on_line_ = std::move(on_line);
  changed_ = std::move(changed);
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
      one->from_now = !has_looked_;
    }
    one->container = container;
    one->is_current = true;
    if (is_new) tasks.spawn("log of " + container.id.substr(0, 12), follow_one(*one));
  }
  has_looked_ = true;
  for (const auto& [id, one] : followed_) one->changed.notify();
  changed_();
}

void ContainerFollower::forget_ended() {
  std::erase_if(followed_, [](const auto& entry) { return entry.second->has_ended; });
}

asio::awaitable<void> ContainerFollower::follow_one(Followed& one) {
  for (;;) {
    const bool has_more = may_write(one.container) || one.read_run != one.container.started_at;
    if (!has_more && !one.is_current) break;
    if (!has_more) {
      (void)co_await one.changed.wait();
      continue;
    }
    const Instant run = one.container.started_at;
    Result<void> ended = co_await open(one);
    if (ended) {
      one.is_open = true;
      one.trouble.clear();
      changed_();
      ended = co_await read(one);
      one.is_open = false;
    }
    one.stream.close();
    const bool is_gone = !ended && ended.error().fault == Fault::missing;
    if (ended || is_gone) {
      one.read_run = run;
      if (is_gone && !one.is_current) break;
      if (ended && one.container.started_at == run && may_write(one.container)) {
        // It has ended, which the engine's event will tell in a moment; or it was only the stream.
        (void)co_await net::before(clock_, clock_.now() + event_delay_max, one.changed.wait());
      }
      continue;
    }
    if (ended.error().fault == Fault::timeout && one.trouble.empty()) continue;
    one.trouble = printable(ended.error().message);
    changed_();
    co_await clock_.sleep_until(clock_.now() + pause_after_trouble);
  }
  one.has_ended = true;
}

asio::awaitable<Result<void>> ContainerFollower::prime(Followed& one) {
  std::string id = one.container.id;
  const Result<std::string> last =
      co_await one.api.last_lines(std::move(id), 1, clock_.now() + patience);
  if (!last) co_return std::unexpected(last.error());
  // Only to know where it ended: the line itself was written before.
  const auto skip = [&](int stream, std::string_view payload) {
    const std::size_t end = payload.find('\n');
    (void)one.cursor.take(static_cast<std::size_t>(stream), payload.substr(0, end), clock_.now());
  };
  if (one.container.tty) {
    skip(0, *last);
    co_return Result<void>();
  }
  FrameSplitter frames;
  co_return frames.take(*last, skip);
}

asio::awaitable<Result<void>> ContainerFollower::open(Followed& one) {
  if (one.from_now) {
    Result<void> primed = co_await prime(one);
    if (!primed) co_return primed;
    one.from_now = false;
  }
  one.cursor.reopen();
  one.frames = FrameSplitter();
  for (LineSplitter& lines : one.lines) lines.drop();
  const std::string since = one.cursor.since();
  std::string path = fmt::format("/containers/{}/logs?follow=1&stdout=1&stderr=1&timestamps=1{}{}",
                                 one.container.id, since.empty() ? "" : "&since=", since);
  Result<void> opened = co_await one.api.open(one.stream, std::move(path), clock_.now() + patience);
  co_return opened;
}

asio::awaitable<Result<void>> ContainerFollower::read(Followed& one) {
  for (;;) {
    const Result<std::string> piece = co_await one.stream.read(clock_.now() + silence_max);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    Result<void> taken;
    digest(one, *piece, taken);
    changed_();
    if (!taken) co_return taken;
  }
  for (std::size_t stream = 0; stream < one.lines.size(); ++stream) {
    one.lines[stream].flush(
        [&](std::string_view line) { line_of(one, static_cast<int>(stream), line); });
  }
  changed_();
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
  const auto text = one.cursor.take(static_cast<std::size_t>(stream), line, clock_.now());
  if (text) on_line_(*text);
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
