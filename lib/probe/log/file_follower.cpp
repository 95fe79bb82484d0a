#include "probe/log/file_follower.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "probe/finally.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>
#include <sys/inotify.h>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_bytes = 64UL * 1024;
constexpr std::int64_t offset_max = std::numeric_limits<std::int64_t>::max();

/// For what the kernel does not tell: a file system of another machine, a folder that comes later,
/// marks that are due.
constexpr Duration patience = 1s;

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
                           std::size_t line_bytes_max, Duration look_back, const Past& past)
    : executor_(std::move(executor)),
      clock_(clock),
      reader_(std::move(path), line_bytes_max),
      recalls_(past.is_recalled) {
  if (look_back > Duration{} && !past.folder.empty()) {
    marks_.emplace(past.folder, reader_.path(), look_back);
  }
}

asio::awaitable<void> FileFollower::follow(Listener listener) {
  Bell bell(executor_);
  bell.listen(reader_.path());
  if (marks_) note(marks_->load(clock_.now()));
  const Finally end([this] {
    mark();
    if (marks_) note(marks_->keep(clock_.now()));
  });
  if (marks_ && recalls_) co_await recall(listener);
  std::size_t tail = reader_.is_open() ? FileReader::from_beginning : 0;
  for (;;) {
    // Listened to before it is read: what is written in between rings.
    bell.listen(reader_.path());
    const Result<void> looked = reader_.look(tail);
    tail = FileReader::from_beginning;
    const std::string trouble = looked ? "" : looked.error().message;
    if (std::exchange(trouble_, trouble) != trouble) listener.changed();
    bell.listen(reader_.path());
    mark();
    co_await read_on(listener);
    keep_marks();
    if (bell.is_working()) {
      (void)co_await net::before(clock_, clock_.now() + patience, bell.rung());
    } else {
      co_await clock_.sleep_until(clock_.now() + patience);
    }
  }
}

asio::awaitable<void> FileFollower::read_on(const Listener& listener) {
  while (reader_.read(read_bytes, listener.on_line) > 0) {
    is_ahead_ = true;
    listener.changed();
    co_await asio::post(executor_, asio::use_awaitable);  // everybody else has a turn
  }
}

/// Reads from the oldest mark on. Stands at the end of the newest file afterwards, unless there is
/// none, or nothing is known of the past.
asio::awaitable<void> FileFollower::recall(const Listener& listener) {
  const std::vector<FileMark> marks = marks_->all();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (!reader_.reads(marks[i]) && !reader_.go_to(marks[i])) continue;
    const bool goes_on = i + 1 < marks.size() && reader_.reads(marks[i + 1]);
    co_await read_past(goes_on ? marks[i + 1].offset : offset_max, marks[i].at, listener);
  }
  if (marks.empty() || !reader_.look(FileReader::from_beginning)) co_return;
  co_await read_past(offset_max, marks.back().at, listener);
}

asio::awaitable<void> FileFollower::read_past(std::int64_t until, Instant at,
                                              const Listener& listener) {
  const auto on_line = [&](std::string_view line) { listener.on_past_line(line, at); };
  for (;;) {
    const std::int64_t left = until - reader_.offset();
    if (left <= 0) co_return;
    const auto bytes = static_cast<std::size_t>(std::min<std::int64_t>(left, read_bytes));
    if (reader_.read(bytes, on_line) == 0) co_return;
    listener.changed();
    co_await asio::post(executor_, asio::use_awaitable);
  }
}

/// What will be read next is of now.
void FileFollower::mark() {
  const Instant now = clock_.now();
  if (marks_ && reader_.is_open() && marks_->wants_one(now)) marks_->add(reader_.mark(now));
}

void FileFollower::keep_marks() {
  const Instant now = clock_.now();
  if (!marks_ || !marks_->is_due(now, is_ahead_)) return;
  note(marks_->keep(now));
  is_ahead_ = false;
}

void FileFollower::note(const Result<void>& kept) {
  std::string trouble = kept ? "" : kept.error().message;
  if (!trouble.empty() && trouble != marks_trouble_) {
    spdlog::warn("what is written to {} while ripcord restarts will be missed: {}",
                 printable(reader_.path(), 200), trouble);
  }
  marks_trouble_ = std::move(trouble);
}

}  // namespace ripcord::probe::log
