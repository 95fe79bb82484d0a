#include "net/task_group.hpp"

#include "base/contract.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {  // whatever a task let escape: only its kind is asked for here
    return false;
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : executor_(std::move(executor)),
      on_failure_(std::move(on_failure)),
      emptied_(executor_, asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() {
  RIPCORD_CONTRACT(is_empty());
}

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
  if (stopping_) return;
  const auto place = tasks_.emplace(tasks_.end());
  place->name = std::move(name);
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(
                     place->stop.slot(),
                     [this, place](const std::exception_ptr& failure) { finish(place, failure); }));
}

void TaskGroup::cancel() {
  stopping_ = true;
  if (tasks_.empty()) return;
  // Only from within the loop: co_spawn passes a cancellation on through dispatch(), and one that
  // is queued would reach for the signal of a task that may have ended before its turn comes.
  ++cancellations_;
  asio::dispatch(executor_, [this] { stop([](const Task& /*task*/) { return true; }); });
}

void TaskGroup::cancel(std::string name) {
  ++cancellations_;
  asio::post(executor_, [this, name = std::move(name)] {
    stop([&name](const Task& task) { return task.name == name; });
  });
}

void TaskGroup::stop(const std::function<bool(const Task& task)>& is_meant) {
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    const auto current = task++;
    if (is_meant(*current)) current->stop.emit(asio::cancellation_type::terminal);
  }
  --cancellations_;
  if (is_empty()) emptied_.cancel();
}

bool TaskGroup::is_empty() const {
  return tasks_.empty() && cancellations_ == 0;
}

asio::awaitable<void> TaskGroup::join() {
  while (!is_empty()) {
    (void)co_await emptied_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  stopping_ = false;
}

void TaskGroup::finish(std::list<Task>::iterator task, const std::exception_ptr& failure) {
  const std::string name = std::move(task->name);
  tasks_.erase(task);
  if (failure && !is_cancellation(failure)) on_failure_(name, failure);
  if (is_empty()) emptied_.cancel();
}

}  // namespace ripcord::net
