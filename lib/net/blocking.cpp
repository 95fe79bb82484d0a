#include "net/blocking.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

namespace ripcord::net {
namespace {

/// Signals belong to the loop's thread: threads made while this lives take none.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

struct BlockingPool::Threads {
  std::string name;
  std::size_t queue_max = 0;

  // The one place below the loop where threads share state; `mutex` guards all of it.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> queue;
  std::size_t idle = 0;  ///< threads without a job, also those that are only starting
  bool stopping = false;

  std::vector<std::jthread> threads;

  /// What each thread does.
  void serve() {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      --idle;
      Job job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      job(Order::run);
      job = nullptr;  // what the job holds dies here, not under the lock
      lock.lock();
      ++idle;
    }
  }
};

BlockingPool::BlockingPool(std::string name, std::size_t threads, std::size_t queue_max)
    : threads_(std::make_unique<Threads>()) {
  threads_->name = std::move(name);
  threads_->queue_max = queue_max;
  threads_->idle = threads;
  const SignalsBlocked blocked;
  for (std::size_t i = 0; i < threads; ++i) {
    threads_->threads.emplace_back([state = threads_.get()] { state->serve(); });
  }
}

BlockingPool::~BlockingPool() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(threads_->mutex);
    threads_->stopping = true;
    dropped.swap(threads_->queue);
  }
  threads_->changed.notify_all();
  threads_->threads.clear();  // joins
  for (const Job& job : dropped) job(Order::drop);
}

bool BlockingPool::post(Job job) {
  {
    const std::lock_guard lock(threads_->mutex);
    if (threads_->queue.size() >= threads_->queue_max + threads_->idle) return false;
    threads_->queue.push_back(std::move(job));
  }
  threads_->changed.notify_one();
  return true;
}

Error BlockingPool::too_busy() const {
  return {Fault::busy, fmt::format("{} of \"{}\" busy and {} waiting",
                                   plural(threads_->threads.size(), "thread"), threads_->name,
                                   threads_->queue_max)};
}

}  // namespace ripcord::net
