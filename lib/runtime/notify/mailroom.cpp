#include "runtime/notify/mailroom.hpp"

#include "net/before.hpp"
#include "notify/receiver.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <utility>
#include <variant>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// What has ended stays in the journal for so long, for people.
constexpr Duration kept = std::chrono::days(7);
constexpr const char* no_receiver = "there is no such receiver any more";
constexpr Duration tidy_every = std::chrono::days(1);

/// How often to look whether somebody is to be told again.
Duration beat_of_reminders(const std::vector<notify::ReceiverSettings>& receivers) {
  Duration beat = 1min;
  for (const notify::ReceiverSettings& receiver : receivers) {
    if (receiver.repeat_interval > 0s) beat = std::min(beat, receiver.repeat_interval);
  }
  return std::max<Duration>(beat, 1s);
}

std::string in_words(const notify::Verdict& verdict) {
  if (const auto* retry = std::get_if<notify::Retry>(&verdict)) {
    return fmt::format("it would be tried again: {}", retry->reason);
  }
  if (const auto* disabled = std::get_if<notify::Disabled>(&verdict)) {
    return fmt::format("nothing more would be sent to it: {}", disabled->reason);
  }
  if (const auto* refused = std::get_if<notify::Refused>(&verdict)) return refused->reason;
  return "it was taken";
}

std::string answer_in_full(const net::Reply& reply, const notify::Post& post) {
  std::string text = fmt::format("{}\n", reply.status);
  for (const net::Header& header : reply.headers) {
    text += fmt::format("{}: {}\n", header.name, header.value);
  }
  text += fmt::format("\n{}\n", reply.body);
  return notify::without_secrets(text, post);
}

}  // namespace

Mailroom::Desk::Desk(const World& world, notify::CourierTools tools,
                     const notify::ReceiverSettings& settings, std::uint64_t seed,
                     net::TaskGroup::OnFailure on_failure)
    : courier(world.executor, tools, settings, seed),
      tasks(world.executor, std::move(on_failure)) {}

Mailroom::Mailroom(const World& world, Recorder& recorder, Hands hands,
                   net::TaskGroup::OnFailure on_failure)
    : world_(world),
      hands_(std::move(hands)),
      on_failure_(std::move(on_failure)),
      recorder_(recorder),
      outbox_(world.executor, world.clock, recorder, hands_.is_silenced),
      transport_(world.executor, world.clock, world.receivers_resolver),
      to_apply_(world.executor) {}

boost::asio::awaitable<void> Mailroom::restore() {
  using Entries = std::vector<store::OutboxEntry>;
  std::function<Result<Entries>(store::Journal&)> ask = [since = world_.clock.now() -
                                                                 kept](store::Journal& journal) {
    return journal.outbox(since);
  };
  Result<Entries> left = co_await recorder_.query<Entries>(std::move(ask));
  if (!left) {
    spdlog::critical("what receivers were still to be told cannot be read: {}",
                     left.error().message);
    co_return;
  }
  outbox_.restore(*left);
}

void Mailroom::set_receivers(std::vector<notify::ReceiverSettings> receivers) {
  receivers_ = std::move(receivers);
  is_applied_ = false;
  to_apply_.notify();
}

boost::asio::awaitable<void> Mailroom::keep_applied() {
  for (;;) {
    while (!is_applied_) co_await apply();
    (void)co_await to_apply_.wait();
  }
}

boost::asio::awaitable<void> Mailroom::keep_reminding() {
  for (;;) {
    store::Commit commit;
    commit.outbox = outbox_.reminders(receivers_, world_.clock.now());
    if (!commit.outbox.empty()) {
      const std::vector<store::OutboxEntry> told = commit.outbox;
      recorder_.post(std::move(commit));
      post(told);
    }
    co_await world_.clock.sleep_until(world_.clock.now() + beat_of_reminders(receivers_));
  }
}

boost::asio::awaitable<void> Mailroom::keep_tidy() {
  for (;;) {
    std::function<Result<void>(store::Journal&)> prune = [before = world_.clock.now() -
                                                                   kept](store::Journal& journal) {
      return journal.prune_outbox(before);
    };
    const Result<void> pruned = co_await recorder_.query<void>(std::move(prune));
    if (!pruned) spdlog::warn("old messages stay in the journal: {}", pruned.error().message);
    co_await world_.clock.sleep_until(world_.clock.now() + tidy_every);
  }
}

std::vector<std::unique_ptr<Mailroom::Desk>> Mailroom::take_outdated() {
  std::vector<std::unique_ptr<Desk>> closed;
  for (auto desk = desks_.begin(); desk != desks_.end();) {
    const notify::ReceiverSettings* settings = find(desk->first);
    const notify::Courier& courier = desk->second->courier;
    // One that was given up is tried once more.
    const bool stays =
        settings != nullptr && *settings == courier.settings() && courier.status().disabled.empty();
    if (settings != nullptr && settings->kind != courier.settings().kind) {
      outbox_.forget_threads(settings->name);
    }
    if (!stays) closed.push_back(std::move(desk->second));
    desk = stays ? std::next(desk) : desks_.erase(desk);
  }
  return closed;
}

boost::asio::awaitable<void> Mailroom::apply() {
  is_applied_ = true;
  if (is_stopping_) co_return;
  const std::vector<std::unique_ptr<Desk>> closed = take_outdated();
  for (const auto& desk : closed) desk->tasks.cancel();
  for (const auto& desk : closed) co_await desk->tasks.join();
  if (is_stopping_) co_return;

  for (const std::string& name : outbox_.receivers()) {
    if (find(name) == nullptr) outbox_.give_up(name, no_receiver);
  }
  std::uint64_t number = 0;
  for (const notify::ReceiverSettings& settings : receivers_) {
    std::unique_ptr<Desk>& desk = desks_[settings.name];
    if (desk) continue;
    const notify::CourierTools tools{
        .clock = world_.clock, .outbox = outbox_, .transport = transport_};
    desk = std::make_unique<Desk>(world_, tools, settings, world_.seed + ++number, on_failure_);
    desk->tasks.spawn(fmt::format("receiver {}", settings.name), desk->courier.run());
  }
}

void Mailroom::post(const std::vector<store::OutboxEntry>& entries) {
  outbox_.put(entries);
  for (const store::OutboxEntry& entry : entries) {
    const auto desk = desks_.find(entry.receiver);
    if (desk != desks_.end()) desk->second->courier.wake();
    if (find(entry.receiver) == nullptr) outbox_.give_up(entry.receiver, no_receiver);
    const Result<notify::Message> message = notify::parse_message(entry.message);
    if (message && entry.opens == true) hands_.opened(*message);
  }
}

std::optional<notify::Message> Mailroom::open_incident(const std::string& incident) const {
  for (notify::Message& open : outbox_.open_incidents()) {
    if (open.incident == incident) return std::move(open);
  }
  return std::nullopt;
}

std::vector<api::ReceiverView> Mailroom::view() const {
  std::vector<api::ReceiverView> views;
  for (const notify::ReceiverSettings& settings : receivers_) {
    const auto desk = desks_.find(settings.name);
    const notify::CourierStatus status =
        desk == desks_.end() ? notify::CourierStatus{} : desk->second->courier.status();
    JournalOutbox::Losses losses = outbox_.losses(settings.name);
    views.push_back({.name = settings.name,
                     .type = std::string(notify::type_of(settings.kind)),
                     .delivered = status.delivered,
                     .failed = status.failed + outbox_.given_up(settings.name),
                     .retried = status.retried,
                     .waiting = outbox_.waiting(settings.name),
                     .waiting_since = outbox_.waiting_since(settings.name),
                     .trouble = status.trouble,
                     .disabled = status.disabled,
                     .lost = losses.count,
                     .last_loss = std::move(losses.last)});
  }
  return views;
}

boost::asio::awaitable<Result<api::ReceiverTest>> Mailroom::test(std::string receiver,
                                                                 notify::Message message) {
  const notify::ReceiverSettings* known = find(receiver);
  if (known == nullptr) {
    co_return failure(Fault::missing, fmt::format("there is no receiver {:?}", receiver));
  }
  // By the time it answers there may be other settings.
  const notify::ReceiverSettings settings = *known;
  const Result<notify::Post> post =
      notify::compose(settings, message, {.now = world_.clock.now(), .thread = {}});
  if (!post) co_return std::unexpected(post.error());
  api::ReceiverTest report{.receiver = std::move(receiver),
                           .request = notify::shown(*post),
                           .answer = {},
                           .is_delivered = false,
                           .verdict = {}};
  const Instant deadline = world_.clock.now() + settings.timeout;
  const Result<net::Reply> reply = co_await net::before(
      world_.clock, deadline + 1s, transport_.send(post->place, post->request, deadline));
  if (!reply) {
    report.verdict = notify::without_secrets(reply.error().message, *post);
    co_return report;
  }
  report.answer = answer_in_full(*reply, *post);
  const notify::Verdict verdict = notify::judge(settings, *post, *reply, world_.clock.now());
  report.is_delivered = std::holds_alternative<notify::Delivered>(verdict);
  report.verdict = in_words(verdict);
  co_return report;
}

boost::asio::awaitable<void> Mailroom::stop(Instant deadline) {
  while (outbox_.has_untried() && world_.clock.now() < deadline) {
    (void)co_await net::before(world_.clock, deadline, outbox_.wait_for_note());
  }
  is_stopping_ = true;
  for (auto& [name, desk] : desks_) desk->tasks.cancel();
  for (auto& [name, desk] : desks_) co_await desk->tasks.join();
  desks_.clear();
}

const notify::ReceiverSettings* Mailroom::find(const std::string& name) const {
  const auto found = std::ranges::find(receivers_, name, &notify::ReceiverSettings::name);
  return found == receivers_.end() ? nullptr : &*found;
}

}  // namespace ripcord::runtime
