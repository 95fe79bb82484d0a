#include "notify/courier.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "notify/receiver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::notify {
namespace {

using namespace std::chrono_literals;

constexpr Duration outbox_patience = 5s;  ///< between two tries of an outbox that does not work
constexpr Duration remind_every = 1min;
constexpr Duration remind_of_ended = 5min;
/// What a transport may take beyond the deadline that it was told.
constexpr Duration grace = 1s;
/// For a courier that waits for nothing else.
constexpr Duration look_again = 1h;

}  // namespace

Courier::Courier(const boost::asio::any_io_executor& executor, CourierTools tools,
                 ReceiverSettings settings, std::uint64_t seed)
    : tools_(tools), settings_(std::move(settings)), random_(seed), wakeup_(executor) {
  if (wants_reminders(settings_.kind)) remind_at_ = tools_.clock.now();
}

void Courier::wake() {
  is_woken_ = true;
  wakeup_.notify();
}

boost::asio::awaitable<void> Courier::run() {
  for (;;) {
    is_woken_ = false;
    co_await remind_if_due();
    Result<std::optional<Entry>> next = co_await tools_.outbox.next(settings_.name);
    if (!next) {
      tell_trouble(next.error().message);
      co_await tools_.clock.sleep_until(tools_.clock.now() + outbox_patience);
    } else if (!*next) {
      status_.oldest_pending.reset();
      co_await rest_until(std::nullopt);
    } else {
      co_await handle(**std::move(next));
    }
  }
}

boost::asio::awaitable<void> Courier::handle(Entry entry) {
  status_.oldest_pending = entry.queued_at;
  const Instant now = tools_.clock.now();
  const Instant too_old_at = entry.queued_at + settings_.age_max;
  if (now >= too_old_at) {
    ++status_.failed;
    Fate fate = HasFailed{.at = now, .reason = too_late(entry)};
    co_await settle(entry.number, std::move(fate));
    co_return;
  }
  const bool waits = !status_.disabled.empty() || entry.not_before > now;
  if (!waits) {
    co_await attempt(std::move(entry));
    co_return;
  }
  const Instant due = status_.disabled.empty() ? entry.not_before : too_old_at;
  co_await rest_until(std::min(due, too_old_at));
}

std::string Courier::too_late(const Entry& entry) const {
  return fmt::format("not delivered within {}: {}", ripcord::to_string(settings_.age_max),
                     entry.trouble.empty() ? "there was no time to try" : entry.trouble);
}

boost::asio::awaitable<void> Courier::attempt(Entry entry) {
  const Verdict verdict = co_await deliver(entry);
  Fate fate = fate_of(verdict, entry);
  co_await settle(entry.number, std::move(fate));
}

boost::asio::awaitable<Verdict> Courier::deliver(Entry entry) {
  const Result<Post> post =
      compose(settings_, entry.message, {.now = tools_.clock.now(), .thread = entry.thread});
  // A file may be put right while we wait.
  if (!post) co_return Retry{post.error().message};
  const Result<net::Reply> reply = co_await send(*post);
  if (!reply) co_return Retry{without_secrets(reply.error().message, *post)};
  co_return judge(settings_, *post, *reply, tools_.clock.now());
}

boost::asio::awaitable<Result<net::Reply>> Courier::send(const Post& post) {
  const Instant deadline = tools_.clock.now() + settings_.timeout;
  Result<net::Reply> reply = co_await net::before(
      tools_.clock, deadline + grace, tools_.transport.send(post.place, post.request, deadline));
  co_return reply;
}

Fate Courier::fate_of(const Verdict& verdict, const Entry& entry) {
  const Instant now = tools_.clock.now();
  if (const auto* delivered = std::get_if<Delivered>(&verdict)) {
    ++status_.delivered;
    tell_trouble("");
    return WasDelivered{.at = now, .thread = delivered->thread};
  }
  if (const auto* refused = std::get_if<Refused>(&verdict)) {
    ++status_.failed;
    tell_trouble(refused->reason);
    return HasFailed{.at = now, .reason = refused->reason};
  }
  ++status_.retried;
  if (const auto* disabled = std::get_if<Disabled>(&verdict)) {
    disable(disabled->reason);
    // New settings may try at once.
    return WillBeRetried{.at = now, .not_before = now, .reason = disabled->reason};
  }
  const auto& retry = std::get<Retry>(verdict);
  tell_trouble(retry.reason);
  const Duration wait = std::max(wait_after(backoff_, entry.attempts + 1, random_()),
                                 retry.after.value_or(Duration{}));
  return WillBeRetried{.at = now,
                       .not_before = now + wait,
                       .reason = retry.reason,
                       .thread_is_lost = retry.thread_is_lost};
}

/// Nothing else is sent until it is noted: a message must not go out again and again because the
/// disk is full.
boost::asio::awaitable<void> Courier::settle(std::int64_t number, Fate fate) {
  for (;;) {
    const Result<void> noted = co_await tools_.outbox.note(number, fate);
    if (noted) co_return;
    tell_trouble(noted.error().message);
    co_await tools_.clock.sleep_until(tools_.clock.now() + outbox_patience);
  }
}

boost::asio::awaitable<void> Courier::remind_if_due() {
  const Instant now = tools_.clock.now();
  if (!remind_at_ || now < *remind_at_ || !status_.disabled.empty()) co_return;
  remind_at_ = now + remind_every;
  const Result<std::vector<Message>> open =
      co_await tools_.outbox.open_alerts(settings_.name, now - remind_of_ended);
  if (!open) {
    tell_trouble(open.error().message);
    co_return;
  }
  if (open->empty()) co_return;
  const Result<Post> post = remind(settings_, *open);
  if (!post) {
    tell_trouble(post.error().message);
    co_return;
  }
  const Result<net::Reply> reply = co_await send(*post);
  if (!reply) {
    ++status_.retried;
    tell_trouble(without_secrets(reply.error().message, *post));
    co_return;
  }
  take_reminded(judge(settings_, *post, *reply, now));
}

/// It will be reminded again in a minute, whatever it said.
void Courier::take_reminded(const Verdict& verdict) {
  if (std::holds_alternative<Delivered>(verdict)) {
    ++status_.delivered;
    tell_trouble("");
    return;
  }
  ++status_.retried;
  if (const auto* retry = std::get_if<Retry>(&verdict)) tell_trouble(retry->reason);
  if (const auto* refused = std::get_if<Refused>(&verdict)) tell_trouble(refused->reason);
  if (const auto* disabled = std::get_if<Disabled>(&verdict)) disable(disabled->reason);
}

void Courier::tell_trouble(const std::string& reason) {
  const bool was_well = status_.trouble.empty();
  status_.trouble = reason;
  if (was_well && !reason.empty()) {
    spdlog::warn("receiver {} is not told: {}", settings_.name, printable(reason));
  } else if (!was_well && reason.empty()) {
    spdlog::info("receiver {} is told again", settings_.name);
  }
}

void Courier::disable(const std::string& reason) {
  status_.trouble = reason;
  status_.disabled = reason;
  spdlog::error("receiver {} is told nothing more until the configuration is loaded anew: {}",
                settings_.name, printable(reason));
}

boost::asio::awaitable<void> Courier::rest_until(std::optional<Instant> until) {
  if (is_woken_) co_return;
  Instant end = until.value_or(tools_.clock.now() + look_again);
  if (remind_at_ && status_.disabled.empty()) end = std::min(end, *remind_at_);
  (void)co_await net::before(tools_.clock, end, wakeup_.wait());
}

}  // namespace ripcord::notify
