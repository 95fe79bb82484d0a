#pragma once

#include <utility>

namespace ripcord::probe {

/// Does something when it dies: when a coroutine ends, in whichever way.
template <class Action>
class Finally {
 public:
  explicit Finally(Action action) : action_(std::move(action)) {}
  ~Finally() { action_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;
  Finally(Finally&&) = delete;
  Finally& operator=(Finally&&) = delete;

 private:
  Action action_;
};

}  // namespace ripcord::probe
