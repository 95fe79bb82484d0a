// What receivers are told again, while it lasts.

#include "runtime/notify/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace ripcord::runtime {
namespace {

using notify::Message;

constexpr std::string_view still = "Still: ";

Message said_again(const Message& last, std::int64_t number, Instant now) {
  Message again = last;
  again.id = notify::message_id(fmt::format("{}/again/{}", last.incident, number));
  again.at = now;
  if (!again.title.starts_with(still)) again.title.insert(0, still);
  again.what_ripcord_did = fmt::format("Nothing has ended it for {}, so it says this again.",
                                       for_people(std::max(now - last.started_at, Duration{})));
  return again;
}

}  // namespace

std::vector<store::OutboxEntry> JournalOutbox::reminders(
    const std::vector<notify::ReceiverSettings>& receivers, Instant now) {
  std::vector<store::OutboxEntry> entries;
  for (const notify::ReceiverSettings& receiver : receivers) {
    const auto queue = queues_.find(receiver.name);
    if (receiver.repeat_interval == Duration{} || queue == queues_.end()) continue;
    for (const auto& [incident, last] : queue->second.open) {
      const bool is_due = was_told_before(queue->second, last, now - receiver.repeat_interval);
      if (!is_due || is_silenced_(last) || !notify::wants(receiver, last)) continue;
      const std::int64_t number = new_number();
      entries.push_back(
          row_of(receiver.name,
                 {.number = number, .message = said_again(last, number, now), .queued_at = now}));
    }
  }
  return entries;
}

/// Whatever waits for the receiver is told it before long.
bool JournalOutbox::was_told_before(const Queue& queue, const Message& last, Instant before) {
  const bool waits = std::ranges::any_of(queue.waiting, [&last](const notify::Entry& entry) {
    return entry.message.incident == last.incident;
  });
  if (waits || last.at > before) return false;
  const auto told = queue.delivered.find(last.incident);
  return told == queue.delivered.end() || told->second.at <= before;
}

}  // namespace ripcord::runtime
