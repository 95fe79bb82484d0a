#include "probe/log/tally.hpp"

#include "base/text.hpp"
#include "probe/pattern.hpp"
#include "probe/secrets.hpp"

#include <chrono>
#include <re2/re2.h>
#include <utility>

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kept_lines = 50;
constexpr std::size_t kept_bytes = 500;
constexpr std::size_t note_bytes = 200;

/// What is kept of a line of which `bytes_max` bytes may be shown.
std::string beginning_of(std::string_view line, std::size_t bytes_max) {
  return std::string(line.substr(0, bytes_max * 2));
}

/// As the line may go into a reason, which everybody reads. It costs more than to match the line:
/// only what is shown is masked.
std::string shown(std::string_view kept, std::size_t bytes_max) {
  return printable(without_credentials(printable(kept, bytes_max * 2)), bytes_max);
}

}  // namespace

Vocabulary vocabulary_of(const std::vector<Pattern>& patterns) {
  Vocabulary words;
  for (const Pattern& pattern : patterns) {
    words.values.push_back(pattern.name);
    words.values.push_back(pattern.name + "_total");
    words.occurrences.push_back(pattern.name);
  }
  words.values.insert(words.values.end(), {"lines", "lines_total", "dropped_total"});
  return words;
}

Tally::Tally(const std::vector<Pattern>& patterns, std::uint32_t lines_max)
    : lines_max_(lines_max) {
  for (const Pattern& pattern : patterns) {
    patterns_.emplace_back().expression = compile_pattern(pattern.expression);
  }
}

Tally::~Tally() = default;

void Tally::take(std::string_view line, Instant now) {
  if (now - second_began_ >= 1s || now < second_began_) {
    second_began_ = now;
    in_second_ = 0;
  }
  ++lines_;
  if (in_second_ >= lines_max_) {
    ++dropped_;
    return;
  }
  ++in_second_;
  look_at(line, [](Counted& pattern, std::string note) {
    ++pattern.fresh;
    pattern.last_match = std::move(note);
  });
}

void Tally::recall(std::string_view line, Instant at) {
  ++lines_;
  look_at(line, [at](Counted& pattern, std::string note) {
    std::vector<Occurrence>& recalled = pattern.recalled;
    const bool is_another =
        recalled.empty() || at < recalled.back().at || at - recalled.back().at >= 1s;
    if (is_another) recalled.push_back({.at = at, .count = 0, .note = {}});
    ++recalled.back().count;
    recalled.back().note = std::move(note);
  });
}

template <class OnMatch>
void Tally::look_at(std::string_view line, OnMatch on_match) {
  for (Counted& pattern : patterns_) {
    if (!RE2::PartialMatch({line.data(), line.size()}, *pattern.expression)) continue;
    ++pattern.total;
    on_match(pattern, beginning_of(line, note_bytes));
  }
  last_lines_.push_back(beginning_of(line, kept_bytes));
  if (last_lines_.size() > kept_lines) last_lines_.pop_front();
}

std::vector<Occurrence> Tally::drain(Instant now) {
  std::vector<Occurrence> occurrences;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    Counted& pattern = patterns_[i];
    const auto kind = static_cast<std::uint16_t>(i);
    for (Occurrence& occurrence : std::exchange(pattern.recalled, {})) {
      occurrence.kind = kind;
      occurrence.note = shown(occurrence.note, note_bytes);
      occurrences.push_back(std::move(occurrence));
    }
    if (pattern.fresh == 0) continue;
    occurrences.push_back({.at = now,
                           .kind = kind,
                           .count = std::exchange(pattern.fresh, 0),
                           .note = shown(pattern.last_match, note_bytes)});
    pattern.last_match.clear();
  }
  return occurrences;
}

std::vector<std::string> Tally::last_lines() const {
  std::vector<std::string> lines;
  lines.reserve(last_lines_.size());
  for (const std::string& line : last_lines_) lines.push_back(shown(line, kept_bytes));
  return lines;
}

std::vector<Reading> Tally::read(Instant now) {
  const double seconds = read_at_ ? std::chrono::duration<double>(now - *read_at_).count() : 0.0;
  std::vector<Reading> readings;
  std::uint16_t place = 0;
  const auto append = [&](std::uint64_t total, std::uint64_t& total_read) {
    const std::uint64_t more = total - std::exchange(total_read, total);
    if (seconds > 0) readings.push_back({place, static_cast<double>(more) / seconds});
    readings.push_back({static_cast<std::uint16_t>(place + 1), static_cast<double>(total)});
    place = static_cast<std::uint16_t>(place + 2);
  };
  for (Counted& pattern : patterns_) append(pattern.total, pattern.total_read);
  append(lines_, lines_read_);
  readings.push_back({place, static_cast<double>(dropped_)});
  read_at_ = now;
  return readings;
}

}  // namespace ripcord::probe::log
