#pragma once

#include "net/clock.hpp"
#include "probe/log/file_reader.hpp"
#include "probe/log/splitters.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace ripcord::probe::log {

/// Follows a file through its rotations, woken by the kernel (inotify).
class FileFollower {
 public:
  /// Borrows `clock`.
  FileFollower(boost::asio::any_io_executor executor, net::Clock& clock, std::string path,
               std::size_t line_bytes_max);

  /// Hands on every line that is written from now on, until cancelled; `changed` is called after
  /// each read, and when trouble() is another. Waits for a file that is not there yet: it is read
  /// from its beginning then.
  boost::asio::awaitable<void> follow(LineSplitter::OnLine on_line, std::function<void()> changed);

  /// Why the file is not followed; empty when it is.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  FileReader reader_;
  std::string trouble_ = "the file has not been opened yet";
};

}  // namespace ripcord::probe::log
