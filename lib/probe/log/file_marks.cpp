#include "probe/log/file_marks.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"
#include "net/file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sys/stat.h>
#include <tuple>
#include <utility>

namespace json = boost::json;

namespace ripcord::probe::log {
namespace {

using namespace std::chrono_literals;

constexpr Duration room_min = 100ms;
constexpr Duration pause_min = 1s;
constexpr Duration pause_max = 10s;
constexpr int marks_an_age = 60;
/// More than all marks that there can be: some 800 for seven days.
constexpr std::size_t file_bytes_max = 256UL * 1024;
constexpr std::size_t name_bytes_max = 200;

/// In the file a mark is `[at, device, inode, offset, before]`, `at` in microseconds.
using Row = std::tuple<std::int64_t, std::uint64_t, std::uint64_t, std::int64_t, std::uint64_t>;

/// `"%2Fvar%2Flog%2Fapp.log"`; of a long path the end, which tells it from its neighbours.
std::string file_name_of(const std::string& path) {
  std::string name;
  for (const char c : path)
    name += c == '/' || c == '%' ? fmt::format("%{:02X}", c) : std::string(1, c);
  return name.substr(name.size() - std::min(name.size(), name_bytes_max));
}

bool is_same_file(const FileMark& one, const FileMark& other) {
  return one.device == other.device && one.inode == other.inode;
}

}  // namespace

FileMarks::FileMarks(const std::string& folder, std::string path, Duration look_back)
    : folder_(folder),
      file_(fmt::format("{}/{}", folder, file_name_of(path))),
      path_(std::move(path)),
      look_back_(look_back) {
  RIPCORD_CONTRACT(look_back > Duration{});
}

Result<void> FileMarks::load(Instant now) {
  const Result<std::string> text = net::read_file(file_, file_bytes_max, net::Readers::any);
  if (!text && text.error().fault == Fault::missing) return {};
  if (!text) return std::unexpected(text.error());
  std::error_code error;
  const json::value kept = json::parse(*text, error);
  const json::object* object = kept.if_object();
  const json::value* path = object == nullptr ? nullptr : object->if_contains("path");
  const json::value* rows = object == nullptr ? nullptr : object->if_contains("marks");
  if (path != nullptr && path->is_string() && path->get_string() != path_) return {};
  const auto read = rows == nullptr ? json::result<std::vector<Row>>(json::error::not_array)
                                    : json::try_value_to<std::vector<Row>>(*rows);
  if (!read) {
    return failure(Fault::malformed, fmt::format("{} holds no marks; reading {} begins at its end",
                                                 printable(file_, 300), printable(path_, 200)));
  }
  for (const auto& [at, device, inode, offset, before] : *read) {
    // A clock that was set back since makes no future.
    const Instant then = std::min(Instant(Duration(at)), now);
    if (offset >= 0 && then > now - look_back_) add({then, device, inode, offset, before});
  }
  return {};
}

void FileMarks::add(const FileMark& mark) {
  marks_.push_back(mark);
  std::erase_if(marks_, [&](const FileMark& old) { return old.at <= mark.at - look_back_; });
  thin_out();
}

/// Drops each mark whose neighbours are close to one another, for their age. The last mark of a
/// file that was followed by another stays, and so does the first.
void FileMarks::thin_out() {
  const Instant now = marks_.back().at;
  std::vector<FileMark> kept;
  kept.reserve(marks_.size());
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const bool is_between = !kept.empty() && i + 1 < marks_.size() &&
                            is_same_file(kept.back(), marks_[i]) &&
                            is_same_file(marks_[i], marks_[i + 1]);
    const Duration room =
        is_between ? std::max(room_min, (now - marks_[i + 1].at) / marks_an_age) : Duration{};
    if (is_between && marks_[i + 1].at - kept.back().at <= room) continue;
    kept.push_back(marks_[i]);
  }
  marks_ = std::move(kept);
}

bool FileMarks::is_due(Instant now, bool has_read) const {
  return !kept_at_ || now - *kept_at_ >= (has_read ? pause_min : pause_max);
}

bool FileMarks::wants_one(Instant now) const {
  return marks_.empty() || now - marks_.back().at >= room_min;
}

Result<void> FileMarks::keep(Instant now) {
  kept_at_ = now;
  std::vector<Row> rows;
  rows.reserve(marks_.size());
  for (const FileMark& kept : marks_) {
    rows.emplace_back(kept.at.time_since_epoch().count(), kept.device, kept.inode, kept.offset,
                      kept.before);
  }
  const json::object object{{"path", path_}, {"marks", json::value_from(rows)}};
  if (::mkdir(folder_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return failure(Fault::denied, "cannot make the folder " + printable(folder_, 300));
  }
  return net::replace_file(file_, json::serialize(object) + "\n");
}

}  // namespace ripcord::probe::log
