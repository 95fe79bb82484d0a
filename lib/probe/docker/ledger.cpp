#include "probe/docker/ledger.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace ripcord::probe::docker {
namespace {

/// A container that was asked to end and ends much later has died by itself: it ignored the signal.
constexpr std::int64_t patience_ns = 600'000'000'000;

/// Those that are gone are remembered up to so many in all: one that comes back, after a rename
/// say, has not restarted once more.
constexpr std::size_t records_max = 1000;
constexpr std::size_t slots_max = 1000;
constexpr std::size_t happened_max = 10'000;

/// HUP, USR1, USR2, CHLD, CONT, URG, WINCH: what programs are told by, not ended.
bool ends_nothing(int signal) {
  constexpr std::array harmless{1, 10, 12, 17, 18, 23, 28};
  return std::ranges::find(harmless, signal) != harmless.end();
}

std::int64_t nanoseconds(Instant instant) {
  return std::chrono::nanoseconds(instant.time_since_epoch()).count();
}

std::string short_name(const Container& container) {
  return printable(container.name.empty() ? container.id.substr(0, 12) : container.name, 100);
}

Health health_in(std::string_view action) {
  if (action.ends_with(" unhealthy")) return Health::unhealthy;
  return action.ends_with(" healthy") ? Health::healthy : Health::starting;
}

}  // namespace

bool Ledger::concerns(const ContainerEvent& event) const {
  return records_.contains(event.id) || selects(selector_, event);
}

void Ledger::take(const ContainerEvent& event) {
  if (!known_) return;
  Record& record = records_[event.id];
  if (record.seen.id.empty()) {
    record.seen.id = event.id;
    record.seen.name = event.name;
  }
  if (event.action == "start") {
    started(record, event);
  } else if (event.action == "die") {
    died(record, event);
  } else if (event.action == "stop" || (event.action == "kill" && !ends_nothing(event.signal))) {
    record.asked_to_end_ns = event.time_ns;
  } else if (event.action == "oom") {
    record.oom_told = true;
    report(Happening::oom, 1, fmt::format("{} ran out of memory", short_name(record.seen)));
  } else if (event.action.starts_with("health_status")) {
    turned(record, health_in(event.action));
  }
}

void Ledger::started(Record& record, const ContainerEvent& event) {
  const bool by_hand = record.asked_to_end_ns != 0;
  record.asked_to_end_ns = 0;
  record.oom_told = false;
  record.started_since_look = true;
  record.health = Health::none;
  if (!by_hand) return;
  if (nanoseconds(record.seen.started_at) <= event.time_ns) {
    record.counted = 0;
    record.counted_before = 0;
    return;
  }
  // It has been looked at since, when it was not known yet that the count had begun anew: what was
  // taken off for the old count were new restarts too.
  report(Happening::restart, std::exchange(record.counted_before, 0),
         fmt::format("{} restarted", short_name(record.seen)));
}

void Ledger::died(Record& record, const ContainerEvent& event) {
  record.exit_code = event.exit_code.value_or(0);
  // Nobody asked this run of it to end when it was started after that.
  const std::int64_t started_ns = nanoseconds(record.seen.started_at);
  const bool is_another_run = record.asked_to_end_ns < started_ns && started_ns <= event.time_ns;
  const bool was_asked = record.asked_to_end_ns != 0 && !is_another_run &&
                         event.time_ns - record.asked_to_end_ns < patience_ns;
  if (was_asked) return;
  record.asked_to_end_ns = 0;
  if (record.exit_code == 0) return;
  report(Happening::die, 1,
         fmt::format("{} exited with code {}", short_name(record.seen), record.exit_code));
}

void Ledger::turned(Record& record, Health health) {
  if (health == Health::unhealthy && record.health != Health::unhealthy) {
    report(Happening::unhealthy, 1, fmt::format("{} is unhealthy", short_name(record.seen)));
  }
  record.health = health;
}

bool Ledger::take_all(std::vector<Container> containers) {
  const bool is_news = known_;
  const auto differs = [this](const Container& container) {
    const auto place = records_.find(container.id);
    return place == records_.end() || place->second.seen.status != container.status ||
           place->second.seen.started_at != container.started_at;
  };
  const bool is_surprising = is_news && std::ranges::any_of(containers, differs);
  known_ = true;
  for (auto& [id, record] : records_) record.listed = false;
  for (const Container& container : containers) look(records_[container.id], container, is_news);
  if (records_.size() > records_max) {
    std::erase_if(records_, [](const auto& entry) { return !entry.second.listed; });
  }

  for (const Container& container : current(selector_, std::move(containers))) {
    const std::string& slot = slot_of(selector_, container);
    const auto place = slots_.find(slot);
    if (place == slots_.end()) {
      if (slots_.size() < slots_max) slots_.emplace(slot, container.id);
    } else if (place->second != container.id) {
      replaced(std::exchange(place->second, container.id), container);
    }
  }
  return is_surprising;
}

void Ledger::replaced(const std::string& id_before, const Container& container) {
  report(Happening::recreated, 1,
         fmt::format("{} was recreated from {}", short_name(container),
                     printable(container.image, 100)));
  const auto before = records_.find(id_before);
  const bool is_known = before != records_.end() && !before->second.seen.image_id.empty();
  if (!is_known || container.image_id.empty()) return;
  if (before->second.seen.image_id == container.image_id || replaced_.size() >= slots_max) return;
  replaced_.push_back({.before = before->second.seen, .after = container});
}

void Ledger::take_one(const Container& container) {
  const auto place = records_.find(container.id);
  if (place != records_.end()) look(place->second, container, true);
}

void Ledger::look(Record& record, const Container& container, bool is_news) {
  count_restarts(record, container, is_news);
  const bool turned_unseen = container.health == Health::unhealthy && is_news;
  if (turned_unseen) turned(record, Health::unhealthy);
  record.health = container.health;
  const bool is_another_run =
      !record.seen.status.empty() && container.started_at != record.seen.started_at;
  if (is_another_run && !record.started_since_look) record.oom_told = false;
  record.started_since_look = false;
  if (container.oom_killed && !record.oom_told) {
    record.oom_told = true;
    if (is_news) {
      report(Happening::oom, 1, fmt::format("{} ran out of memory", short_name(container)));
    }
  }
  record.seen = container;
  record.listed = true;
}

void Ledger::count_restarts(Record& record, const Container& container, bool is_news) {
  const std::uint32_t count = container.restart_count;
  const bool began_anew = count < record.counted;
  const std::uint32_t more = began_anew ? count : count - record.counted;
  record.counted_before = began_anew ? 0 : record.counted;
  record.counted = count;
  if (more == 0 || !is_news) return;
  const int code = record.exit_code != 0 ? record.exit_code : container.exit_code;
  report(Happening::restart, more,
         fmt::format("{} restarted after exit code {}", short_name(container), code));
}

std::vector<Container> Ledger::containers() const {
  std::vector<Container> all;
  for (const auto& [id, record] : records_) {
    if (record.listed && !record.seen.status.empty()) all.push_back(record.seen);
  }
  return current(selector_, std::move(all));
}

std::vector<Replaced> Ledger::drain_replaced() {
  return std::exchange(replaced_, {});
}

std::vector<Occurrence> Ledger::drain(Instant now) {
  for (Occurrence& occurrence : happened_) occurrence.at = now;
  return std::exchange(happened_, {});
}

void Ledger::report(Happening happening, std::uint32_t count, std::string note) {
  if (count == 0 || happened_.size() >= happened_max) return;
  happened_.push_back({.at = {},
                       .kind = static_cast<std::uint16_t>(happening),
                       .count = count,
                       .note = std::move(note)});
}

}  // namespace ripcord::probe::docker
