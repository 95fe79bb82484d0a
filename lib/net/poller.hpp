#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>

namespace ripcord::net {

/// What wants to hear of its descriptor.
class Polled {
 public:
  /// It can be read or written, or its peer is gone; may be called for nothing.
  virtual void ready() = 0;

 protected:
  ~Polled() = default;
};

/// Watches many descriptors behind one of its own: an epoll set in the loop's. A service of the
/// loop's execution context.
///
/// A wait on a descriptor of Asio's costs a system call and an allocation each time, one that stays
/// in here nothing (ADR 0013). What is watched does not keep the loop alive by itself: only between
/// begin_wait() and end_wait() is anything heard.
class Poller final : public boost::asio::execution_context::service {
 public:
  using key_type = Poller;

  explicit Poller(boost::asio::execution_context& owner);

  /// That of the loop behind `executor`, made when it is first asked for.
  [[nodiscard]] static Poller& of(const boost::asio::any_io_executor& executor);

  enum class For : std::uint8_t { reading, reading_and_writing };

  /// Watches `descriptor` until remove(), which must come before it is closed. Borrows `polled`.
  [[nodiscard]] boost::system::error_code add(int descriptor, Polled& polled, For what);
  /// Watches it for something else from now on.
  void change(int descriptor, Polled& polled, For what);
  void remove(int descriptor, Polled& polled);

  /// Somebody waits for something. The first who does hears at once of what has come already.
  void begin_wait();
  void end_wait();

 private:
  /// So many are told before others on the loop have their turn.
  static constexpr std::size_t batch_max = 64;

  void shutdown() override;
  boost::system::error_code open();
  void arm();
  void tell();

  boost::asio::posix::stream_descriptor set_;
  std::array<epoll_event, batch_max> batch_{};
  std::size_t told_ = 0;  ///< of the batch
  std::size_t batch_size_ = 0;
  std::size_t waiting_ = 0;
  bool is_armed_ = false;
};

}  // namespace ripcord::net
