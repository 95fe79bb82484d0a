#include "probe/docker/docker_probe.hpp"
#include "probe/exhibits.hpp"
#include "probe/log/log_probe.hpp"
#include "tests/support/docker_engine.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/real_part.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <string>

// What containers show for the evidence of a rollback, by the real engine.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::DockerEngine;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DockerExhibitsTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(DockerEngine::is_there(), "no Docker engine, or not root");
    engine_ = &DockerEngine::shared();
  }
  void TearDown() override {
    if (engine_ != nullptr) engine_->remove_all();
  }

  probe::docker::Selector shop() const {
    return {.container = "shop", .project = {}, .service = {}};
  }
  Result<probe::Exhibits> of_containers(Duration patience = 5s) {
    probe::DockerProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_,
                             {.selector = shop(), .engine = {.host = engine_->host()}});
    return loop_.wait_for(probe.exhibits(loop_.clock.now() + patience));
  }
  Result<probe::Exhibits> of_log() {
    probe::LogProbe probe(
        loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_,
        {.file = {}, .selector = shop(), .engine = {.host = engine_->host()}, .patterns = {}}, {});
    return loop_.wait_for(probe.exhibits(loop_.clock.now() + 5s));
  }

  DockerEngine* engine_ = nullptr;
  test::Loop loop_;
  probe::docker::Engines engines_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
};

TEST_F(DockerExhibitsTest, ShowAContainerAndItsLastLinesWithoutItsEnvironment) {
  engine_->run("--name shop -e DB_PASSWORD=canary-one --label app.token=canary-two",
               "sh -c 'echo ready; echo oops >&2; sleep 1000'");
  loop_.run_for(300ms);
  const auto shown = of_containers();
  ASSERT_TRUE(shown) << shown.error().message;
  ASSERT_EQ(shown->shown.size(), 2U);
  EXPECT_EQ(shown->shown[0].file, "containers/shop.json");
  EXPECT_EQ(shown->shown[1].file, "logs/shop.txt");
  const std::string facts = boost::json::serialize(shown->shown[0].content);
  EXPECT_THAT(facts, AllOf(HasSubstr("\"status\":\"running\""), HasSubstr("sha256:"),
                           Not(HasSubstr("canary"))));
  EXPECT_THAT(std::string(shown->shown[1].content.as_string()),
              AllOf(HasSubstr("ready\n"), HasSubstr("oops\n")));
  EXPECT_THAT(shown->secrets, ElementsAre("canary-one"));
  EXPECT_THAT(shown->missing, testing::IsEmpty());
}

TEST_F(DockerExhibitsTest, OfALogAreItsLastLines) {
  engine_->run("--name shop", "sh -c 'seq 1000 1999; sleep 1000'");
  loop_.run_for(500ms);
  const auto shown = of_log();
  ASSERT_TRUE(shown) << shown.error().message;
  ASSERT_EQ(shown->shown.size(), 1U);
  const std::string lines(shown->shown[0].content.as_string());
  EXPECT_THAT(lines, AllOf(HasSubstr("1999\n"), HasSubstr(" 1800\n"), Not(HasSubstr(" 1799\n"))));
}

TEST_F(DockerExhibitsTest, SayThatThereIsNoSuchContainer) {
  const auto shown = of_containers();
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->missing, ElementsAre("there is no container shop"));
}

TEST_F(DockerExhibitsTest, EndInTimeWhenTheEngineHangs) {
  engine_->run("--name shop", "sleep 1000");
  engine_->signal(SIGSTOP);
  const Instant began = loop_.clock.now();
  const auto shown = of_containers(300ms);
  engine_->signal(SIGCONT);
  EXPECT_FALSE(shown);
  EXPECT_LT(loop_.clock.now() - began, 2s);
}

}  // namespace
}  // namespace ripcord
