#include "gate/gatherer.hpp"

#include "net/before.hpp"
#include "net/wakeup.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::gate {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// Runs nothing: what each program would do is told beforehand.
class FakeHands final : public Hands {
 public:
  explicit FakeHands(test::Loop& loop) : loop_(loop) {}

  boost::asio::awaitable<Result<RunResult>> run(Command command) override {
    commands.push_back(command);
    ++running;
    most_running = std::max(most_running, running);
    co_await loop_.clock.sleep_until(loop_.clock.now() + takes);
    --running;
    if (is_broken) co_return failure(Fault::full, "out of processes");
    RunResult result;
    result.outcome = RunOutcome::exited;
    result.code = code;
    co_return result;
  }

  boost::asio::awaitable<Result<bool>> has_image(std::string service, std::uint32_t probe,
                                                 std::string image, Instant /*deadline*/) override {
    images.push_back(service + "/" + std::to_string(probe) + " " + image);
    co_return image_there;
  }

  std::vector<Command> commands;
  std::vector<std::string> images;
  Duration takes = 1ms;
  int code = 0;
  bool is_broken = false;
  int running = 0;
  int most_running = 0;
  Result<bool> image_there = true;

 private:
  test::Loop& loop_;
};

class GathererTest : public testing::Test {
 protected:
  deploy::GateFacts gather(std::vector<Settings> gates) {
    return loop_.wait_for(gatherer_.gather(std::move(gates), question_));
  }
  /// The fact of a single gate.
  template <class Fact>
  Fact fact_of(const Settings& gate) {
    return std::get<Fact>(gather({gate}).at("g"));
  }

  static Settings exec(const std::string& name = "g") {
    return {.gate = {.name = name, .rule = deploy::ExecRule{}},
            .source = ExecSource{.command = {.run = {"/check"}, .env = {{"A", "1"}}}}};
  }
  [[nodiscard]] Settings backup(bool verify) const {
    BackupSource source{.files = (dir_.path() / "*.dump").string(), .verify = std::nullopt};
    if (verify) source.verify = Command{.run = {"/verify", "--list"}};
    return {.gate = {.name = "g", .rule = deploy::BackupRule{.verify = verify}}, .source = source};
  }
  static Settings ready(ReadySource source) {
    return {.gate = {.name = "g",
                     .rule = deploy::ReadyRule{.programs = {"/bin/sh", "/nowhere"},
                                               .image = !source.image.empty(),
                                               .database = source.database.has_value()}},
            .source = std::move(source)};
  }

  test::TempDir dir_;
  test::Loop loop_;
  net::BlockingPool files_{"files", 2, 8};
  FakeHands hands_{loop_};
  Gatherer gatherer_{
      loop_.context.get_executor(), loop_.clock, loop_.resolver, files_, hands_, "/tmp"};
  Question question_{
      .service = "shop", .version = "v2", .previous_version = "v1", .deployment = "shop-1"};
};

TEST_F(GathererTest, RunsAScriptWithWhatItShouldKnow) {
  hands_.code = 3;
  EXPECT_EQ(fact_of<deploy::ExecFact>(exec()).code, 3);
  ASSERT_EQ(hands_.commands.size(), 1U);
  EXPECT_THAT(hands_.commands[0].run, ElementsAre("/check"));
  EXPECT_THAT(hands_.commands[0].env,
              ElementsAre(Pair("A", "1"), Pair("RIPCORD_SERVICE", "shop"),
                          Pair("RIPCORD_DEPLOYMENT", "shop-1"), Pair("RIPCORD_VERSION", "v2"),
                          Pair("RIPCORD_PREVIOUS_VERSION", "v1"), Pair("RIPCORD_GATE", "g")));
}

TEST_F(GathererTest, SaysWhyItCouldNotFindOut) {
  hands_.is_broken = true;
  EXPECT_EQ(fact_of<deploy::NotKnown>(exec()).why, "out of processes");
}

TEST_F(GathererTest, AsksAllGatesAtOnce) {
  hands_.takes = 50ms;
  const auto facts = gather({exec("a"), exec("b"), exec("c")});
  EXPECT_EQ(facts.size(), 3U);
  EXPECT_EQ(hands_.most_running, 3);
}

TEST_F(GathererTest, AsksNobodyAboutWhatIsKnownAnyway) {
  EXPECT_THAT(gather({{.gate = {.name = "w", .rule = deploy::WindowRule{}}, .source = {}},
                      {.gate = {.name = "q", .rule = deploy::QuietRule{}},
                       .source = QuietSource{.probe = "p", .value = "v"}}}),
              IsEmpty());
  EXPECT_THAT(gather({}), IsEmpty());
}

TEST_F(GathererTest, FindsTheNewestBackupAndVerifiesIt) {
  EXPECT_EQ(fact_of<deploy::BackupFact>(backup(true)).newest, std::nullopt);
  EXPECT_THAT(hands_.commands, IsEmpty()) << "there is nothing to verify";
  const std::string file = (dir_.path() / "a.dump").string();
  std::ofstream(file) << "dump";
  const auto fact = fact_of<deploy::BackupFact>(backup(true));
  EXPECT_EQ(fact.newest->name, file);
  EXPECT_TRUE(fact.verified->succeeded());
  EXPECT_THAT(hands_.commands.at(0).run, ElementsAre("/verify", "--list", file));
  EXPECT_EQ(fact_of<deploy::BackupFact>(backup(false)).verified, std::nullopt);
}

TEST_F(GathererTest, LooksAtTheWayBack) {
  const auto fact = fact_of<deploy::ReadyFact>(
      ready({.image = "shop:{version}", .probe = 2, .database = Command{.run = {"/db"}}}));
  ASSERT_EQ(fact.programs.size(), 2U);
  EXPECT_TRUE(fact.programs[0].executable);
  EXPECT_FALSE(fact.programs[1].executable);
  EXPECT_EQ(fact.previous_version, "v1");
  EXPECT_EQ(fact.image_there, true);
  EXPECT_GT(fact.disk_bytes_free.value(), 0U);
  EXPECT_TRUE(fact.database->succeeded());
  EXPECT_THAT(hands_.images, ElementsAre("shop/2 shop:v1"));
}

TEST_F(GathererTest, DoesNotGuessWhatTheEngineDoesNotSay) {
  hands_.image_there = failure(Fault::refused, "the engine is away");
  const auto fact = fact_of<deploy::ReadyFact>(ready({.image = "shop:{version}", .database = {}}));
  EXPECT_EQ(fact.image_there, std::nullopt);
  EXPECT_EQ(fact.why_image_unknown, "the engine is away");
  question_.previous_version = "";
  (void)gather({ready({.image = "shop:{version}", .database = {}})});
  EXPECT_EQ(hands_.images.size(), 1U) << "of no version there is no image";
}

TEST_F(GathererTest, ReadsTheRecordsOfAnotherEnvironment) {
  const std::string file = (dir_.path() / "staging.json").string();
  const Settings staging{
      .gate = {.name = "g", .rule = deploy::StagingRule{"staging", {}}},
      .source = StagingSource{
          .service = "shop", .place = {}, .prefix = {}, .token_file = {}, .file = file}};
  EXPECT_THAT(fact_of<deploy::NotKnown>(staging).why, HasSubstr(file));
  std::ofstream(file) << R"({"deployments":[]})";
  EXPECT_THAT(fact_of<deploy::StagingFact>(staging).records, IsEmpty());
}

TEST_F(GathererTest, ADiskThatHangsIsNotKnownInTime) {
  // Both threads of the pool hang; what is asked of the disk now waits behind them.
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  net::TaskGroup hanging(loop_.context.get_executor(),
                         [](const std::string&, const std::exception_ptr&) {});
  const auto hang = [](net::BlockingPool& pool,
                       std::shared_future<void> until) -> boost::asio::awaitable<void> {
    std::function<Result<int>()> wait = [until = std::move(until)]() -> Result<int> {
      until.wait();
      return 0;
    };
    (void)co_await pool.run<int>(std::move(wait));
  };
  for (int i = 0; i < 2; ++i) hanging.spawn("hang", hang(files_, released));
  Settings gate = backup(false);
  std::get<BackupSource>(gate.source).timeout = 100ms;
  const Instant before = loop_.clock.now();
  EXPECT_THAT(fact_of<deploy::NotKnown>(gate).why, HasSubstr("did not answer in time"));
  EXPECT_LT(loop_.clock.now() - before, 2s);
  release.set_value();
  loop_.end(hanging);
}

boost::asio::awaitable<Result<deploy::GateFacts>> wrapped(
    boost::asio::awaitable<deploy::GateFacts> gathering) {
  deploy::GateFacts facts = co_await std::move(gathering);
  co_return facts;
}

TEST_F(GathererTest, LeavesNothingBehindWhenItsCallerIsCancelled) {
  hands_.takes = 1h;
  const auto facts = loop_.wait_for(net::before(loop_.clock, loop_.clock.now() + 50ms,
                                                wrapped(gatherer_.gather({exec()}, question_))));
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().fault, Fault::timeout);
  EXPECT_EQ(hands_.commands.size(), 1U);
}

boost::asio::awaitable<Result<deploy::GateFacts>> then_sleeping(
    net::Clock& clock, boost::asio::awaitable<deploy::GateFacts> gathering) {
  deploy::GateFacts facts = co_await std::move(gathering);
  co_await clock.sleep_until(clock.now() + 1h);
  co_return facts;
}

TEST_F(GathererTest, LeavesACallerBehindThatCanBeCancelled) {
  const auto facts = loop_.wait_for(
      net::before(loop_.clock, loop_.clock.now() + 50ms,
                  then_sleeping(loop_.clock, gatherer_.gather({exec()}, question_))));
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().fault, Fault::timeout);
}

}  // namespace
}  // namespace ripcord::gate
