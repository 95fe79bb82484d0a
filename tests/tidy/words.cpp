#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ripcord::tidy {
namespace {

using Places = std::initializer_list<std::string_view>;

/// A word that is not written below `where`, but for `except`, and what is written instead.
struct BannedWord {
  std::string_view word;  ///< one that ends in `_` is the beginning of a name
  std::string_view instead;
  std::vector<std::string_view> where;
  std::vector<std::string_view> except;
};

const std::vector<BannedWord>& banned() {
  static const Places product{"lib/", "daemon/"};
  static const Places all{"lib/", "daemon/", "tests/"};
  static const Places tests{"tests/"};
  // Where real processes are watched, a real clock is the only one.
  static const Places real{"lib/net/system_clock.cpp",
                           "tests/net/system_clock_test.cpp",
                           "tests/integration/",
                           "tests/demo/",
                           "tests/bench/",
                           "tests/support/"};
  static const std::vector<BannedWord> words{
      {"steady_clock::now", "net::Clock", all, real},
      {"system_clock::now", "net::Clock", all, real},
      {"high_resolution_clock", "net::Clock", all, {}},
      {"sleep_for", "net::Clock, or waiting for what is to happen", all, {}},
      {"this_thread::sleep_until", "net::Clock, or waiting for what is to happen", all, {}},
      {"usleep", "net::Clock, or waiting for what is to happen", all, {}},
      {"nanosleep", "net::Clock, or waiting for what is to happen", all, {}},
      {"steady_timer", "net::Clock", product, {"lib/net/"}},
      {"awaitable_operators", "net::before", product, {"lib/net/before.hpp"}},
      {"detached", "net::TaskGroup", all, {}},
      {"co_spawn", "net::TaskGroup", product, {"lib/net/", "daemon/"}},
      {"std::thread", "net::BlockingPool", product, {"lib/net/blocking"}},
      {"std::jthread", "net::BlockingPool", product, {"lib/net/blocking"}},
      {"std::async", "net::BlockingPool", product, {"lib/net/blocking"}},
      {"std::mutex", "state of one thread", product, {"lib/net/blocking"}},
      {"std::cout", "a value that is returned, or a log line", product, {"daemon/ripcord/"}},
      {"std::cerr", "a value that is returned, or a log line", {"lib/"}, {}},
      {"std::system", "act::Runner: no shell", product, {}},
      {"popen", "act::Runner: no shell", product, {}},
      {"std::regex", "RE2, which is linear", product, {}},
      {"assert", "RIPCORD_CONTRACT", product, {}},
      {"new", "std::make_unique or a container", all, {}},
      {"delete", "std::unique_ptr or a container", all, {}},
      {"catch (...)", "the exceptions that are expected, by type", all, {}},
      {"shared_ptr", "one owner", product, {"lib/engine/snapshot"}},
      {"make_shared", "one owner", product, {"lib/engine/snapshot"}},
      {"enable_shared_from_this", "one owner", product, {}},
      {"GTEST_SKIP", "a failure: a missing part must not go unnoticed", tests, {}},
      {"DISABLED_", "a test that runs, or none", tests, {}},
      {"EXPECT_TRUE(true)", "an assertion", tests, {}},
      {"SUCCEED", "an assertion", tests, {}},
  };
  return words;
}

/// `= delete` and the operators themselves are something else.
bool is_harmless(std::string_view line, std::size_t at, std::string_view word) {
  if (word != "new" && word != "delete") return false;
  const std::string_view before =
      line.substr(0, line.find_last_not_of(' ', at == 0 ? 0 : at - 1) + 1);
  return before.ends_with("operator") || (word == "delete" && before.ends_with('='));
}

bool contains_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word_letter(line[at - 1]);
    const bool ends = word.ends_with('_') || end == line.size() || !is_word_letter(line[end]) ||
                      !is_word_letter(word.back());
    if (begins && ends && !is_harmless(line, at, word)) return true;
  }
  return false;
}

bool is_below_one_of(const File& file, const std::vector<std::string_view>& places) {
  return std::ranges::any_of(places, [&](std::string_view place) { return file.is_below(place); });
}

/// Ends a statement: what comes next is another one.
bool is_border(char c) {
  return c == ';' || c == '{' || c == '}';
}

/// Walks the code of one file and looks at where each co_await stands.
class AwaitReader {
 public:
  AwaitReader(const File& file, Findings& found) : file_(file), found_(found) {}

  void read() {
    for (; line_ < file_.code.size(); ++line_) {
      const std::string_view line = file_.code[line_];
      for (std::size_t at = 0; at < line.size(); ++at) see(line, at);
    }
  }

 private:
  void see(std::string_view line, std::size_t at) {
    const char c = line[at];
    if (c == '(') {
      ++depth_;
      if (header_depth_ == 0 && is_condition(line.substr(0, at))) header_depth_ = depth_;
    } else if (c == ')') {
      if (header_depth_ == depth_) header_depth_ = 0;
      --depth_;
    } else if (is_border(c)) {
      awaits_ = 0;
    } else if (line.substr(at).starts_with("co_await") &&
               (at == 0 || !is_word_letter(line[at - 1]))) {
      ++awaits_;
      if (header_depth_ != 0) report("co_await in a condition: give its value a name first");
      if (awaits_ == 2) report("a second co_await in one statement: give the first value a name");
    }
  }

  static bool is_condition(std::string_view before) {
    const std::size_t last = before.find_last_not_of(' ');
    before = before.substr(0, last == std::string_view::npos ? 0 : last + 1);
    constexpr std::array<std::string_view, 4> keywords{"if", "while", "for", "switch"};
    return std::ranges::any_of(keywords, [&](std::string_view word) {
      return before.ends_with(word) && (before.size() == word.size() ||
                                        !is_word_letter(before[before.size() - word.size() - 1]));
    });
  }

  void report(const char* message) { found_.push_back({file_.path, line_ + 1, message}); }

  const File& file_;
  Findings& found_;
  std::size_t line_ = 0;
  int depth_ = 0;
  int header_depth_ = 0;  ///< of the parentheses of the condition that we are in; 0 for none
  int awaits_ = 0;        ///< in this statement
};

}  // namespace

Findings banned_words(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    for (const BannedWord& banned : banned()) {
      if (!is_below_one_of(file, banned.where) || is_below_one_of(file, banned.except)) continue;
      for (std::size_t i = 0; i < file.code.size(); ++i) {
        if (!contains_word(file.code[i], banned.word)) continue;
        found.push_back({file.path, i + 1,
                         std::string(banned.word) +
                             " is not written here; instead: " + std::string(banned.instead)});
      }
    }
  }
  return found;
}

/// GCC 12 destroys temporaries twice when a statement awaits twice, or awaits in a condition
/// (chriskohlhoff/asio#1007).
Findings one_await(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) AwaitReader(file, found).read();
  return found;
}

}  // namespace ripcord::tidy
