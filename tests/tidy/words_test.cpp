#include "tests/tidy/rules.hpp"
#include "tests/tidy/said.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(const std::string& path, const std::string& text) {
  return said(banned_words, path, text);
}

TEST(BannedWords, AreReportedWithWhatToWriteInstead) {
  EXPECT_THAT(
      words("lib/probe/x.cpp", "\nauto t = std::chrono::steady_clock::now();\n"),
      ElementsAre("lib/probe/x.cpp:2: steady_clock::now is not written here; instead: net::Clock"));
}

TEST(BannedWords, AreAllFoundInTheProduct) {
  for (const char* text : {"system_clock::now()",
                           "high_resolution_clock c;",
                           "std::this_thread::sleep_for(1s);",
                           "this_thread::sleep_until(t);",
                           "usleep(1);",
                           "nanosleep(&a, &b);",
                           "asio::steady_timer t(e);",
                           "using namespace asio::experimental::awaitable_operators;",
                           "co_spawn(e, f(), detached);",
                           "co_spawn(e, f(), g);",
                           "std::thread t;",
                           "std::jthread t;",
                           "std::async(f);",
                           "std::mutex m;",
                           "std::cout << 1;",
                           "std::cerr << 1;",
                           "std::system(c);",
                           "popen(a, b);",
                           "std::regex r;",
                           "assert(a);",
                           "auto* p = new int;",
                           "delete p;",
                           "} catch (...) {",
                           "std::shared_ptr<int> p;",
                           "std::make_shared<int>(1);",
                           ": std::enable_shared_from_this<X> {"}) {
    EXPECT_GE(words("lib/probe/x.cpp", text).size(), 1U) << text;
  }
}

TEST(BannedWords, AreAllFoundInTests) {
  for (const char* text :
       {"GTEST_SKIP() << 1;", "TEST(A, DISABLED_B) {", "EXPECT_TRUE(true);", "SUCCEED();",
        "std::this_thread::sleep_for(1s);", "auto t = steady_clock::now();"}) {
    EXPECT_EQ(words("tests/probe/x_test.cpp", text).size(), 1U) << text;
  }
}

TEST(BannedWords, AreAllowedWhereTheyBelong) {
  EXPECT_THAT(words("lib/net/system_clock.cpp", "std::chrono::steady_clock::now();"), IsEmpty());
  EXPECT_THAT(words("tests/integration/x.cpp", "std::chrono::steady_clock::now();"), IsEmpty());
  EXPECT_THAT(words("lib/net/blocking.cpp", "std::thread t;"), IsEmpty());
  EXPECT_THAT(words("lib/engine/snapshot.hpp", "std::shared_ptr<const Snapshot> s;"), IsEmpty());
  EXPECT_THAT(words("daemon/ripcord/main.cpp", "std::cout << 1;"), IsEmpty());
  EXPECT_THAT(words("tests/net/x.cpp", "co_spawn(e, f(), use_future);"), IsEmpty());
}

TEST(BannedWords, AreWholeWordsOfCode) {
  for (const char* text :
       {"X(const X&) = delete;", "X(const X&) =delete;", "void operator delete(void* p);",
        "int renew = newest;", "static_assert(a);", "log(\"new\");", "f();  // new",
        "#include <new>", "auto detached_at = 1;"}) {
    EXPECT_THAT(words("lib/probe/x.cpp", text), IsEmpty()) << text;
  }
}

std::vector<std::string> awaits(const std::string& text) {
  return said(one_await, "lib/net/x.cpp", text);
}

TEST(OneAwait, IsAllowedInAStatement) {
  EXPECT_THAT(awaits("while (true) {\n  co_await f(g(1));\n  const auto x = co_await h();\n}\n"),
              IsEmpty());
  EXPECT_THAT(awaits("if (a) co_return co_await f();"), IsEmpty());
  EXPECT_THAT(awaits("for (int i = 0; i < 3; ++i) co_await f(i);"), IsEmpty());
}

TEST(OneAwait, ASecondInTheSameStatementIsReported) {
  EXPECT_THAT(
      awaits("f(co_await a(),\n  co_await b());"),
      ElementsAre(
          "lib/net/x.cpp:2: a second co_await in one statement: give the first value a name"));
}

TEST(OneAwait, InAConditionIsReported) {
  for (const char* text :
       {"if (co_await f()) {", "while (x && !(co_await f())) {", "switch (co_await f()) {",
        "if (const auto x = co_await f(); x) {", "for (auto x : co_await f()) {"}) {
    EXPECT_EQ(awaits(text).size(), 1U) << text;
  }
}

}  // namespace
}  // namespace ripcord::tidy
