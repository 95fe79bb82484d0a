#include "probe/log/file_follower.hpp"

#include "net/before.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <sys/inotify.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_bytes = 64UL * 1024;

/// For what the kernel does not tell: a file system of another machine, a folder that comes later.
constexpr Duration patience = 2s;

/// Tells that something may have changed: the file has grown, or its folder has another one.
class Bell {
 public:
  explicit Bell(const asio::any_io_executor& executor) : queue_(executor) {
    const int queue = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (queue >= 0) queue_.assign(queue);
  }

  /// Listens to what the path names now. Again for a file that has taken its place; the one before
  /// is listened to as well, as long as it is open.
  void listen(const std::string& path) {
    if (!queue_.is_open()) return;
    const std::string folder = std::filesystem::path(path).parent_path();
    (void)::inotify_add_watch(queue_.native_handle(), folder.c_str(),
                              IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    (void)::inotify_add_watch(queue_.native_handle(), path.c_str(), IN_MODIFY);
  }

  asio::awaitable<Result<void>> rung() {
    std::array<char, 4096> ignored{};
    const auto [error, bytes] =
        co_await queue_.async_read_some(asio::buffer(ignored), asio::as_tuple(asio::use_awaitable));
    if (error) co_return failure(Fault::internal, "inotify");
    co_return Result<void>();
  }

  [[nodiscard]] bool is_working() const { return queue_.is_open(); }

 private:
  asio::posix::stream_descriptor queue_;
};

}  // namespace

FileFollower::FileFollower(asio::any_io_executor executor, net::Clock& clock, std::string path,
                           std::size_t line_bytes_max)
    : executor_(std::move(executor)), clock_(clock), reader_(std::move(path), line_bytes_max) {}

asio::awaitable<void> FileFollower::follow(LineSplitter::OnLine on_line,
                                           std::function<void()> changed) {
  Bell bell(executor_);
  bool first = true;
  for (;;) {
    // Listened to before it is read: what is written in between rings.
    bell.listen(reader_.path());
    const Result<void> looked = reader_.look(first ? 0 : FileReader::from_beginning);
    first = false;
    const std::string trouble = looked ? "" : looked.error().message;
    if (std::exchange(trouble_, trouble) != trouble) changed();
    bell.listen(reader_.path());
    while (reader_.read(read_bytes, on_line) > 0) {
      changed();
      co_await asio::post(executor_, asio::use_awaitable);  // everybody else has a turn
    }
    if (bell.is_working()) {
      (void)co_await net::before(clock_, clock_.now() + patience, bell.rung());
    } else {
      co_await clock_.sleep_until(clock_.now() + patience);
    }
  }
}

}  // namespace ripcord::probe::log
