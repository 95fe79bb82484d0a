#pragma once

#include "net/clock.hpp"
#include "probe/log/file_marks.hpp"
#include "probe/log/file_reader.hpp"
#include "probe/log/listener.hpp"
#include "probe/log/past.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace ripcord::probe::log {

/// Follows a file through its rotations, woken by the kernel (inotify).
class FileFollower {
 public:
  /// Borrows `clock`.
  FileFollower(boost::asio::any_io_executor executor, net::Clock& clock, std::string path,
               std::size_t line_bytes_max, Duration look_back, const Past& past);

  /// Hands on every line that is written from now on, until cancelled. Waits for a file that is not
  /// there yet: it is read from its beginning then. A past line's time is that of the mark before
  /// it: when it was read the first time, or a little earlier.
  boost::asio::awaitable<void> follow(Listener listener);

  /// Why the file is not followed; empty when it is.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// Why it cannot be kept how far the file was read; empty when it can.
  [[nodiscard]] const std::string& marks_trouble() const { return marks_trouble_; }

 private:
  boost::asio::awaitable<void> read_on(const Listener& listener);
  boost::asio::awaitable<void> recall(const Listener& listener);
  boost::asio::awaitable<void> read_past(std::int64_t until, Instant at, const Listener& listener);
  void mark();
  void keep_marks();
  void note(const Result<void>& kept);

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  FileReader reader_;
  bool recalls_;
  std::optional<FileMarks> marks_;
  std::string trouble_ = "the file has not been opened yet";
  /// Something was read since the marks were kept.
  bool is_ahead_ = false;
  std::string marks_trouble_;
};

}  // namespace ripcord::probe::log
