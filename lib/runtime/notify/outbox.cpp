#include "runtime/notify/outbox.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace ripcord::runtime {
namespace {

using notify::Message;
using notify::Standing;

/// More than that is not news to anybody.
constexpr std::size_t waiting_max = 1000;
/// As long as a receiver may ask for, and more than we wait by ourselves.
constexpr Duration wait_max = std::chrono::hours(1);
/// What has ended is still the thread of what is said of it later.
constexpr Duration remembered = std::chrono::hours(24);

bool is_wrong(Standing standing) {
  return standing == Standing::firing;
}

std::optional<bool> opens(Standing standing) {
  if (standing == Standing::notice) return std::nullopt;
  return is_wrong(standing);
}

/// The end of what a receiver was never told of.
bool is_no_news_alone(std::string_view event) {
  return event == "trigger.cleared" || event == "daemon.sees" || event == "daemon.journal_works";
}

bool has_number(const Message& message, const std::string& name) {
  return std::ranges::find(message.numbers, name, &notify::Number::name) != message.numbers.end();
}

/// Whether `message` only says again what `last` has said, as after a restart.
bool is_no_news(const Message& message, const Message& last) {
  if (message.severity > last.severity || message.standing != last.standing) return false;
  if (message.event == "trigger.tripped") {
    return std::ranges::all_of(message.numbers, [&last](const notify::Number& number) {
      return has_number(last, number.name);
    });
  }
  if (message.event == "daemon.blind" || message.event == "daemon.journal_failed") {
    return message.event == last.event;
  }
  return message.event == "daemon.unknown_runs" && message.what_happened == last.what_happened;
}

}  // namespace

void JournalOutbox::restore(const std::vector<store::OutboxEntry>& left) {
  for (const store::OutboxEntry& each : left) {
    last_number_ = std::max(last_number_, each.number);
    Result<Message> message = notify::parse_message(each.message);
    if (!message) {
      spdlog::error("a message to {} cannot be read: {}", each.receiver, message.error().message);
      continue;
    }
    take_in(each, *std::move(message));
  }
}

void JournalOutbox::take_in(const store::OutboxEntry& entry, Message message) {
  Queue& queue = queues_[entry.receiver];
  if (!entry.thread.empty()) {
    queue.threads.emplace(entry.incident, Thread{.name = entry.thread, .at = entry.queued_at});
  }
  if (entry.fate == store::OutboxFate::failed) {
    note_loss(queue, message, entry.trouble);
    return;
  }
  if (message.standing != Standing::notice) {
    if (is_wrong(message.standing)) {
      queue.open.insert_or_assign(entry.incident, message);
    } else {
      queue.open.erase(entry.incident);
    }
    if (entry.fate == store::OutboxFate::delivered) {
      queue.delivered.insert_or_assign(
          entry.incident, Told{.message = message, .at = entry.ended_at.value_or(entry.queued_at)});
    }
  }
  if (entry.fate != store::OutboxFate::pending) return;
  queue.waiting.push_back({.number = entry.number,
                           .message = std::move(message),
                           .queued_at = entry.queued_at,
                           .attempts = entry.attempts,
                           // The wall clock may have been ahead when that was written.
                           .not_before = std::min(entry.not_before, clock_.now() + wait_max),
                           .trouble = entry.trouble});
}

std::vector<store::OutboxEntry> JournalOutbox::address(
    const std::vector<Message>& messages, const std::vector<notify::ReceiverSettings>& receivers) {
  std::vector<store::OutboxEntry> entries;
  for (const Message& message : messages) {
    for (const notify::ReceiverSettings& receiver : receivers) {
      address_to(receiver, message, entries);
      for (const Message& end : ended_with(message, receiver)) {
        // Where nothing rings until then it would be no news.
        if (notify::keeps_open(receiver.kind)) {
          address_to(receiver, end, entries);
        } else {
          queues_[receiver.name].open.erase(end.incident);
        }
      }
    }
  }
  return entries;
}

void JournalOutbox::address_to(const notify::ReceiverSettings& receiver, const Message& message,
                               std::vector<store::OutboxEntry>& entries) {
  std::optional<Message> its = for_receiver(message, receiver);
  if (!its) {
    // An end that it does not want to hear of is one all the same.
    const auto queue = queues_.find(receiver.name);
    const bool is_end = message.standing == Standing::resolved && queue != queues_.end();
    if (is_end) queue->second.open.erase(message.incident);
    return;
  }
  entries.push_back(
      row_of(receiver.name,
             {.number = new_number(), .message = *std::move(its), .queued_at = clock_.now()}));
}

std::vector<Message> JournalOutbox::ended_with(const Message& message,
                                               const notify::ReceiverSettings& receiver) const {
  const bool is_well =
      message.event == "deployment.succeeded" || message.event == "rollback.succeeded";
  const auto queue = queues_.find(receiver.name);
  if (!is_well || queue == queues_.end()) return {};
  std::vector<Message> ends;
  for (const auto& [incident, last] : queue->second.open) {
    const bool is_older = last.service == message.service && incident == last.deployment &&
                          incident != message.incident;
    if (!is_older) continue;
    Message end = last;
    end.id = notify::message_id(fmt::format("{}/{}", incident, message.id));
    end.event = message.event;
    end.standing = Standing::resolved;
    end.at = message.at;
    end.ended_at = message.at;
    end.title = message.title;
    end.what_happened = fmt::format("{} has ended well since.", message.deployment);
    end.what_ripcord_did.clear();
    end.what_you_should_do.clear();
    ends.push_back(std::move(end));
  }
  return ends;
}

std::optional<Message> JournalOutbox::for_receiver(const Message& message,
                                                   const notify::ReceiverSettings& receiver) const {
  Message its = message;
  const auto queue = queues_.find(receiver.name);
  const Message* last = nullptr;
  if (queue != queues_.end()) {
    const auto found = queue->second.open.find(message.incident);
    if (found != queue->second.open.end()) last = &found->second;
  }
  const bool is_open = last != nullptr;
  const bool is_end = its.standing == Standing::resolved;
  const bool is_heard_already = is_open && !is_end && is_no_news(its, *last);
  const bool is_end_of_nothing = is_end && !is_open && is_no_news_alone(its.event);
  // The end of what was told is told: a pager would ring for ever.
  const bool ends_something = is_end && is_open;
  const bool is_muted = !ends_something && is_silenced_(its);
  if (is_heard_already || is_end_of_nothing || is_muted) return std::nullopt;
  if (ends_something) {
    its.severity = std::max(its.severity, last->severity);  // of what is over
    its.started_at = last->started_at;
  } else if (is_end) {
    its.standing = Standing::notice;
    its.ended_at.reset();
  }
  if (!notify::wants(receiver, its)) return std::nullopt;
  return its;
}

void JournalOutbox::put(const std::vector<store::OutboxEntry>& entries) {
  for (const store::OutboxEntry& entry : entries) {
    Result<Message> message = notify::parse_message(entry.message);
    if (!message) continue;  // it is our own: address() has made it
    take_in(entry, *std::move(message));
    Queue& queue = queues_[entry.receiver];
    if (queue.waiting.size() > waiting_max) {
      ++queue.given_up;
      keep(entry.receiver, queue, 0,
           notify::HasFailed{.at = clock_.now(),
                             .reason = fmt::format("more than {} messages wait", waiting_max)});
    }
  }
}

void JournalOutbox::give_up(const std::string& receiver, const std::string& why) {
  const auto found = queues_.find(receiver);
  if (found == queues_.end()) return;
  while (!found->second.waiting.empty()) {
    keep(receiver, found->second, 0, notify::HasFailed{.at = clock_.now(), .reason = why});
  }
  queues_.erase(found);
}

std::uint64_t JournalOutbox::given_up(const std::string& receiver) const {
  const auto found = queues_.find(receiver);
  return found == queues_.end() ? 0 : found->second.given_up;
}

JournalOutbox::Losses JournalOutbox::losses(const std::string& receiver) const {
  const auto found = queues_.find(receiver);
  return found == queues_.end() ? Losses{} : found->second.losses;
}

void JournalOutbox::note_loss(Queue& queue, const Message& message, const std::string& reason) {
  ++queue.losses.count;
  queue.losses.last = fmt::format("{}: {}", message.title, reason);
}

void JournalOutbox::forget_threads(const std::string& receiver) {
  const auto found = queues_.find(receiver);
  if (found != queues_.end()) found->second.threads.clear();
}

std::size_t JournalOutbox::waiting(const std::string& receiver) const {
  const auto found = queues_.find(receiver);
  return found == queues_.end() ? 0 : found->second.waiting.size();
}

std::optional<Instant> JournalOutbox::waiting_since(const std::string& receiver) const {
  const auto found = queues_.find(receiver);
  if (found == queues_.end() || found->second.waiting.empty()) return std::nullopt;
  return found->second.waiting.front().queued_at;
}

bool JournalOutbox::has_untried() const {
  return std::ranges::any_of(queues_, [](const auto& each) {
    return std::ranges::any_of(each.second.waiting,
                               [](const notify::Entry& entry) { return entry.attempts == 0; });
  });
}

std::vector<std::string> JournalOutbox::receivers() const {
  std::vector<std::string> names;
  names.reserve(queues_.size());
  for (const auto& [name, queue] : queues_) names.push_back(name);
  return names;
}

std::vector<Message> JournalOutbox::open_incidents() const {
  std::map<std::string, Message> open;
  for (const auto& [receiver, queue] : queues_) {
    for (const auto& [incident, message] : queue.open) {
      Message& all = open.emplace(incident, message).first->second;
      for (const notify::Number& number : message.numbers) {
        if (!has_number(all, number.name)) all.numbers.push_back(number);
      }
    }
  }
  std::vector<Message> messages;
  messages.reserve(open.size());
  for (auto& [incident, message] : open) messages.push_back(std::move(message));
  return messages;
}

boost::asio::awaitable<Result<std::optional<notify::Entry>>> JournalOutbox::next(
    std::string receiver) {
  Queue& queue = queues_[receiver];
  if (queue.waiting.empty()) co_return std::nullopt;
  notify::Entry entry = queue.waiting.front();
  const auto thread = queue.threads.find(entry.message.incident);
  if (thread != queue.threads.end()) entry.thread = thread->second.name;
  co_return entry;
}

boost::asio::awaitable<Result<void>> JournalOutbox::note(std::int64_t number, notify::Fate fate) {
  for (auto& [receiver, queue] : queues_) {
    const auto place = std::ranges::find(queue.waiting, number, &notify::Entry::number);
    if (place == queue.waiting.end()) continue;
    keep(receiver, queue, static_cast<std::size_t>(place - queue.waiting.begin()), fate);
    break;
  }
  noted_.notify();
  co_return Result<void>{};
}

void JournalOutbox::keep(const std::string& receiver, Queue& queue, std::size_t place,
                         const notify::Fate& fate) {
  const auto at = queue.waiting.begin() + static_cast<std::ptrdiff_t>(place);
  const std::string incident = at->message.incident;
  if (const auto* retried = std::get_if<notify::WillBeRetried>(&fate)) {
    ++at->attempts;
    at->not_before = retried->not_before;
    at->trouble = retried->reason;
    if (retried->thread_is_lost) queue.threads.erase(incident);
    write(receiver, *at, store::OutboxFate::pending, std::nullopt);
    return;
  }
  notify::Entry ended = std::move(*at);
  queue.waiting.erase(at);
  if (const auto* failed = std::get_if<notify::HasFailed>(&fate)) {
    ended.trouble = failed->reason;
    note_loss(queue, ended.message, failed->reason);
    spdlog::error("receiver {} was not told \"{}\": {}", receiver, ended.message.title,
                  failed->reason);
    if (ended.message.standing == Standing::resolved) {
      end_in_vain(queue, ended.message, failed->at);
    }
    write(receiver, ended, store::OutboxFate::failed, failed->at);
    return;
  }
  const auto& delivered = std::get<notify::WasDelivered>(fate);
  if (!delivered.thread.empty()) {
    queue.threads.emplace(incident, Thread{.name = delivered.thread, .at = delivered.at});
  }
  // What comes next under a name that stays, as that of a service's triggers, is another matter.
  const bool is_over = ended.message.standing == Standing::resolved;
  if (is_over && incident != ended.message.deployment) queue.threads.erase(incident);
  ended.thread = delivered.thread;
  if (ended.message.standing != Standing::notice) {
    queue.delivered.insert_or_assign(incident, Told{.message = ended.message, .at = delivered.at});
  }
  forget_old(queue, delivered.at - remembered);
  write(receiver, ended, store::OutboxFate::delivered, delivered.at);
}

void JournalOutbox::forget_old(Queue& queue, Instant before) {
  std::erase_if(queue.delivered, [before](const auto& each) {
    return !is_wrong(each.second.message.standing) && each.second.at < before;
  });
  std::erase_if(queue.threads, [&queue, before](const auto& each) {
    return each.second.at < before && !queue.open.contains(each.first);
  });
}

/// The receiver takes the incident for open: reminders tell it of the end, and so does the next
/// reason to.
void JournalOutbox::end_in_vain(Queue& queue, const Message& end, Instant at) {
  const auto told = queue.delivered.find(end.incident);
  if (told == queue.delivered.end() || !is_wrong(told->second.message.standing)) return;
  queue.open.insert_or_assign(end.incident, told->second.message);
  told->second = Told{.message = end, .at = at};
}

/// Later than every number in the journal, also when that could not be read.
std::int64_t JournalOutbox::new_number() {
  const auto since_epoch = clock_.now().time_since_epoch();
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
  last_number_ = std::max(last_number_ + 1, now);
  return last_number_;
}

store::OutboxEntry JournalOutbox::row_of(const std::string& receiver, const notify::Entry& entry) {
  return {.number = entry.number,
          .receiver = receiver,
          .incident = entry.message.incident,
          .message = notify::to_json(entry.message),
          .queued_at = entry.queued_at,
          .attempts = entry.attempts,
          .not_before = entry.not_before,
          .trouble = entry.trouble,
          .thread = entry.thread,
          .opens = opens(entry.message.standing)};
}

void JournalOutbox::write(const std::string& receiver, const notify::Entry& entry,
                          store::OutboxFate fate, std::optional<Instant> ended_at) {
  store::OutboxEntry row = row_of(receiver, entry);
  row.fate = fate;
  row.ended_at = ended_at;
  store::Commit commit;
  commit.outbox.push_back(std::move(row));
  recorder_.post(std::move(commit));
}

boost::asio::awaitable<Result<std::vector<Message>>> JournalOutbox::open_alerts(
    std::string receiver, Instant since) {
  std::vector<Message> open;
  for (const auto& [incident, told] : queues_[receiver].delivered) {
    const bool has_just_ended = told.message.standing == Standing::resolved && told.at >= since;
    if (is_wrong(told.message.standing) || has_just_ended) open.push_back(told.message);
  }
  co_return open;
}

}  // namespace ripcord::runtime
