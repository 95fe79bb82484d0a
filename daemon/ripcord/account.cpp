#include "ripcord/account.hpp"

#include "api/json.hpp"
#include "api/words.hpp"
#include "ripcord/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ripcord::cli {
namespace {

/// One write a page, so that a terminal does not show half of one.
void write(std::FILE* stream, const std::string& text) {
  // A reader that has gone away ends us by SIGPIPE; there is nobody left to tell of anything else.
  (void)std::fwrite(text.data(), 1, text.size(), stream);
  (void)std::fflush(stream);
}

/// Moves up over what was drawn and clears from there on (ECMA-48 CPL and ED).
std::string take_back(std::size_t lines) {
  return lines == 0 ? "" : fmt::format("\x1b[{}F\x1b[J", lines);
}

}  // namespace

void Screen::print(const Lines& lines) {
  // What stays may be as long as it is: the terminal wraps it.
  Surface unbounded = surface_;
  unbounded.width = 0;
  write(out_, take_back(std::exchange(drawn_, 0)) + render(lines, unbounded));
}

void Screen::print_raw(std::string_view text) {
  std::string line(text);
  if (!line.ends_with('\n')) line += '\n';
  write(out_, take_back(std::exchange(drawn_, 0)) + line);
}

void Screen::say(std::string_view message) {
  erase();
  write(talk_, fmt::format("ripcord: {}\n", api::printable_lines(message)));
}

void Screen::draw(const Lines& lines) {
  // As many lines as can be taken back; without wrapping (DECAWM), since some characters are wider
  // than they seem and would make two lines of one.
  const std::size_t room = surface_.height > 2 ? surface_.height - 1 : 1;
  const Lines shown(lines.begin(),
                    lines.begin() + static_cast<std::ptrdiff_t>(std::min(room, lines.size())));
  write(out_, take_back(drawn_) + "\x1b[?7l" + render(shown, surface_) + "\x1b[?7h");
  drawn_ = shown.size();
}

void Screen::erase() {
  if (drawn_ > 0) write(out_, take_back(std::exchange(drawn_, 0)));
}

void Account::tell(const engine::ServiceSnapshot& service, const api::DeploymentView& view,
                   Instant now) {
  const std::vector<Change> news = story_.take(view, now);
  if (json_) {
    for (const Change& change : news) screen_.print_raw(api::to_text(json_of(change)));
    return;
  }
  Lines lines;
  std::ranges::transform(news, std::back_inserter(lines), line_of);
  if (!lines.empty()) screen_.print(lines);
  advise(service);
  if (is_live() && is_open(view.deployment)) screen_.draw(live_view(service, view, now));
}

void Account::advise(const engine::ServiceSnapshot& service) {
  std::string advice = api::advice_in_words(service);
  const bool is_new = advice != advice_;
  advice_ = std::move(advice);
  // Where things are redrawn it stands in the picture.
  if (is_new && !advice_.empty() && !is_live()) screen_.say(advice_);
}

void Account::end(const api::DeploymentView& view, ExitCode exit_code) {
  if (!json_) {
    screen_.print(verdict_view(view));
    return;
  }
  boost::json::object last{{"change", "end"}, {"exit_code", static_cast<int>(exit_code)}};
  for (auto& [key, value] : api::to_json(view)) last[key] = std::move(value);
  screen_.print_raw(api::to_text(last));
}

}  // namespace ripcord::cli
