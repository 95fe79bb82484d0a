#include "probe/log/last_lines.hpp"

#include "base/text.hpp"
#include "probe/log/splitters.hpp"
#include "probe/secrets.hpp"

#include <deque>

namespace ripcord::probe::log {
namespace {

constexpr std::size_t line_bytes_max = 2000;

class Lines {
 public:
  explicit Lines(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void add(std::string_view line) {
    lines_.push_back(
        printable(without_credentials(printable(line, line_bytes_max * 2)), line_bytes_max));
    bytes_ += lines_.back().size() + 1;
    while (bytes_ > bytes_max_ && !lines_.empty()) {
      bytes_ -= lines_.front().size() + 1;
      lines_.pop_front();
    }
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
  }

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<std::string> lines_;
};

}  // namespace

std::string last_lines(std::string_view bytes, std::size_t bytes_max) {
  Lines lines(bytes_max);
  LineSplitter splitter(line_bytes_max * 2);
  const auto add = [&lines](std::string_view line) { lines.add(line); };
  splitter.take(bytes, add);
  splitter.flush(add);
  return lines.text();
}

Result<std::string> last_lines_of_container(std::string_view answer, bool has_terminal,
                                            std::size_t bytes_max) {
  if (has_terminal) return last_lines(answer, bytes_max);
  Lines lines(bytes_max);
  LineSplitter splitter(line_bytes_max * 2);
  const auto add = [&lines](std::string_view line) { lines.add(line); };
  FrameSplitter frames;
  const Result<void> taken = frames.take(
      answer, [&](int /*stream*/, std::string_view payload) { splitter.take(payload, add); });
  if (!taken) return std::unexpected(taken.error());
  splitter.flush(add);
  return lines.text();
}

}  // namespace ripcord::probe::log
