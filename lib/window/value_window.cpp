#include "window/value_window.hpp"

#include "base/contract.hpp"

#include <algorithm>

namespace ripcord::window {

ValueWindow::ValueWindow(Duration length, Worse worse, std::size_t capacity)
    : length_(length), worse_(worse), ring_(capacity) {
  RIPCORD_CONTRACT(length > Duration{} && capacity > 0);
}

void ValueWindow::set_limit(double limit) {
  limit_ = limit;
  worse_count_ = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (is_worse_number(entry(i).number)) ++worse_count_;
  }
}

void ValueWindow::add(Instant at, double number) {
  age(at);
  if (count_ == ring_.size()) drop_oldest();
  entry(count_) = {.at = at, .number = number, .sum = 0};
  ++count_;
  newer_sum_ += number;
  if (is_worse_number(number)) ++worse_count_;
}

void ValueWindow::age(Instant now) {
  while (count_ > 0 && entry(0).at <= now - length_) drop_oldest();
}

void ValueWindow::clear() {
  first_ = count_ = older_count_ = worse_count_ = 0;
  newer_sum_ = 0;
}

bool ValueWindow::is_worse(double q) const {
  if (count_ == 0) return false;
  const std::size_t rank = nearest_rank(q, count_);
  return worse_ == Worse::higher ? count_ - worse_count_ < rank : worse_count_ >= rank;
}

double ValueWindow::mean() const {
  RIPCORD_CONTRACT(count_ > 0);
  const double older_sum = older_count_ > 0 ? entry(0).sum : 0;
  return (older_sum + newer_sum_) / static_cast<double>(count_);
}

void ValueWindow::write_ascending(std::vector<double>& numbers) const {
  numbers.clear();
  for (std::size_t i = 0; i < count_; ++i) numbers.push_back(entry(i).number);
  std::ranges::sort(numbers);
}

bool ValueWindow::is_worse_number(double number) const {
  return worse_ == Worse::higher ? number > limit_ : number < limit_;
}

void ValueWindow::drop_oldest() {
  if (older_count_ == 0) make_all_older();
  if (is_worse_number(entry(0).number)) --worse_count_;
  first_ = (first_ + 1) % ring_.size();
  --count_;
  --older_count_;
}

void ValueWindow::make_all_older() {
  double sum = 0;
  for (std::size_t place = count_; place > 0; --place) {
    sum += entry(place - 1).number;
    entry(place - 1).sum = sum;
  }
  older_count_ = count_;
  newer_sum_ = 0;
}

}  // namespace ripcord::window
