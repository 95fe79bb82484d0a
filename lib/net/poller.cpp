#include "net/poller.hpp"

#include "base/contract.hpp"

#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <unistd.h>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

epoll_event event_of(Polled& polled, Poller::For what) {
  epoll_event event{};
  event.events = what == Poller::For::reading ? EPOLLIN : EPOLLIN | EPOLLOUT;
  event.data.ptr = &polled;
  return event;
}

}  // namespace

Poller::Poller(asio::execution_context& owner)
    : service(owner), set_(static_cast<asio::io_context&>(owner)) {
  (void)open();  // add() tries again
}

boost::system::error_code Poller::open() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) return {errno, boost::system::system_category()};
  boost::system::error_code error;
  (void)set_.assign(set, error);
  if (error) {
    ::close(set);
  } else {
    arm();
  }
  return error;
}

Poller& Poller::of(const asio::any_io_executor& executor) {
  return asio::use_service<Poller>(asio::query(executor, asio::execution::context));
}

void Poller::shutdown() {
  boost::system::error_code ignored;
  (void)set_.close(ignored);
}

boost::system::error_code Poller::add(int descriptor, Polled& polled, For what) {
  if (!set_.is_open()) {
    const boost::system::error_code error = open();
    if (error) return error;
  }
  epoll_event event = event_of(polled, what);
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
  return {errno, boost::system::system_category()};
}

void Poller::change(int descriptor, Polled& polled, For what) {
  epoll_event event = event_of(polled, what);
  const int changed = ::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &event);
  RIPCORD_CONTRACT(changed == 0);
}

void Poller::remove(int descriptor, Polled& polled) {
  // Closing alone would not do: a child that is just being started holds it open until its exec.
  (void)::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (std::size_t i = told_; i < batch_size_; ++i) {
    if (batch_[i].data.ptr == &polled) batch_[i].data.ptr = nullptr;
  }
}

void Poller::begin_wait() {
  if (waiting_++ != 0 || !set_.is_open()) return;
  // What came while nobody waited, such as the end of a kept connection, before what is asked now.
  if (batch_size_ == 0) tell();
  arm();
}

void Poller::end_wait() {
  RIPCORD_CONTRACT(waiting_ > 0);
  boost::system::error_code never_opened;
  if (--waiting_ == 0) (void)set_.cancel(never_opened);
}

void Poller::arm() {
  if (is_armed_ || waiting_ == 0 || !set_.is_open()) return;
  is_armed_ = true;
  set_.async_wait(asio::posix::descriptor_base::wait_read,
                  [this](const boost::system::error_code& error) {
                    is_armed_ = false;
                    if (!error) tell();
                    arm();
                  });
}

void Poller::tell() {
  const int ready = ::epoll_wait(set_.native_handle(), batch_.data(), batch_max, 0);
  if (ready <= 0) return;
  batch_size_ = static_cast<std::size_t>(ready);
  for (told_ = 0; told_ < batch_size_;) {
    auto* polled = static_cast<Polled*>(batch_[told_++].data.ptr);
    if (polled != nullptr) polled->ready();
  }
  told_ = batch_size_ = 0;
}

}  // namespace ripcord::net
