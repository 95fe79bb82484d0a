#include "gate/staging.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <sys/stat.h>

namespace ripcord::gate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string reply(const std::string& status, const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

const std::string good = reply("200 OK", R"({"deployments":[{"service":"backend","version":"v2",)"
                                         R"("phase":"succeeded",)"
                                         R"("started_at":"2026-11-22T19:00:00Z"}]})");

class AskStaging : public testing::Test {
 protected:
  Result<deploy::StagingFact> ask(test::Script script) {
    test::BadPeer peer(loop_, {std::move(script)});
    source_.place = peer.place();
    Result<deploy::StagingFact> fact = loop_.wait_for(
        ask_staging(loop_.context.get_executor(), loop_.clock, loop_.resolver, source_));
    heard_ = peer.heard().empty() ? "" : peer.heard().back();
    return fact;
  }
  std::string why_not(test::Script script) {
    const auto fact = ask(std::move(script));
    return fact ? "it is known" : fact.error().message;
  }

  test::Loop loop_;
  StagingSource source_{.service = "backend",
                        .place = {},
                        .prefix = "/lab",
                        .token_file = {},
                        .file = {},
                        .timeout = 2s};
  std::string heard_;
};

TEST_F(AskStaging, ReadsTheAnswer) {
  EXPECT_EQ(ask({test::Hear{}, test::Say{good}}).value().records.at(0).version, "v2");
  EXPECT_THAT(heard_, HasSubstr("GET /lab/api/v1/deployments?service=backend&limit="));
  EXPECT_THAT(heard_, Not(HasSubstr("Authorization")));
}

TEST_F(AskStaging, ShowsItsToken) {
  const test::TempDir dir;
  source_.token_file = (dir.path() / "token").string();
  std::ofstream(source_.token_file) << "s3cret\n";
  ASSERT_EQ(::chmod(source_.token_file.c_str(), 0600), 0);
  EXPECT_TRUE(ask({test::Hear{}, test::Say{good}}));
  EXPECT_THAT(heard_, HasSubstr("Authorization: Bearer s3cret\r\n"));
  ASSERT_EQ(::chmod(source_.token_file.c_str(), 0644), 0);
  EXPECT_THAT(why_not({test::Hear{}, test::Say{good}}), HasSubstr("token"));
}

TEST_F(AskStaging, KnowsNothingWithoutAnAnswer) {
  EXPECT_THAT(why_not({test::Hear{}, test::Say{reply("404 Not Found", "{}")}}),
              HasSubstr("answered with status 404"));
  EXPECT_THAT(why_not({test::Hear{}, test::Say{reply("200 OK", "hello")}}),
              HasSubstr("it is not what"));
  EXPECT_NE(why_not({test::Hear{}, test::Reset{}}), "it is known");
  source_.timeout = 100ms;
  EXPECT_THAT(why_not({test::Hear{}, test::Hang{}}), HasSubstr("waiting for the reply"));
}

}  // namespace
}  // namespace ripcord::gate
