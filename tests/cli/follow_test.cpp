#include "ripcord/follow.hpp"

#include "api/json.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/stories.hpp"
#include "tests/cli/paper.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::evening;
using testing::ElementsAre;
using testing::HasSubstr;
using Done = std::expected<ExitCode, Trouble>;

/// A daemon that tells the given views one after the other, the last for ever.
class FollowTest : public testing::Test {
 protected:
  boost::asio::awaitable<Told> get(std::string target, Duration) {
    asked_.push_back(target);
    if (gone_) co_return std::unexpected(Trouble{ExitCode::failed, "no such service"});
    const api::DeploymentView& view = views_.front();
    if (target.starts_with("/api/v1/services/")) {
      if (service_gone_) {
        co_return std::unexpected(Trouble{ExitCode::failed, "there is no service backend", 404});
      }
      engine::ServiceSnapshot service = test::backend_service();
      service.deployment = view.deployment;
      service.revision = ++revision_;
      co_return api::to_text(
          json::object{{"at", to_rfc3339_ms(evening)}, {"service", api::to_json(service)}});
    }
    const std::string body = api::to_text(api::to_json(view));
    if (views_.size() > 1) views_.erase(views_.begin());
    co_return body;
  }

  Done follow_it(Wanted wanted) {
    Account account(screen_, false);
    std::optional<Done> done;
    test::start(context_,
                follow(client_, clock_, account,
                       {.service = "backend", .deployment = "backend-1", .wanted = wanted}),
                done);
    clock_.run_for(1h);
    return done.value();
  }

  api::DeploymentView ended(Phase phase) {
    api::DeploymentView view = test::rolled_back_view();
    view.deployment.phase = phase;
    return view;
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, evening};
  std::vector<api::DeploymentView> views_;
  std::vector<std::string> asked_;
  std::uint64_t revision_ = 16;
  bool gone_ = false;
  bool service_gone_ = false;
  test::Paper out_;
  test::Paper talk_;
  Screen screen_{Surface{}, out_.stream(), talk_.stream()};
  PatientClient client_{
      clock_, [this](std::string target, Duration wait) { return get(std::move(target), wait); },
      [](const std::string&) {}};
};

TEST_F(FollowTest, AsksByLongPollsUntilTheEnd) {
  api::DeploymentView baking = test::rolling_back_view();
  baking.deployment = test::baking_deployment();
  views_ = {baking, test::rolling_back_view(), test::rolled_back_view()};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::failed);
  EXPECT_THAT(
      asked_,
      ElementsAre("/api/v1/services/backend", "/api/v1/deployments/backend-1",
                  "/api/v1/services/backend?after=17&wait=15", "/api/v1/deployments/backend-1",
                  "/api/v1/services/backend?after=18&wait=1", "/api/v1/deployments/backend-1"));
  EXPECT_THAT(out_.text(), HasSubstr("rolled_back: v1 is back and verified"));
}

TEST_F(FollowTest, AsksOftenWhileAScriptOfOursMayPrint) {
  api::DeploymentView deploying = test::rolling_back_view();
  deploying.deployment.phase = Deploying{};
  api::DeploymentView driven = deploying;
  driven.deployment.way = Way::driven;
  api::DeploymentView shifting = deploying;
  shifting.deployment.phase = Shifting{};
  views_ = {deploying, driven, shifting, ended(Succeeded{})};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::succeeded);
  EXPECT_THAT(asked_, testing::IsSupersetOf({"/api/v1/services/backend?after=17&wait=15",
                                             "/api/v1/services/backend?after=18&wait=1",
                                             "/api/v1/services/backend?after=19&wait=1"}));
}

TEST_F(FollowTest, EndsByTheResult) {
  views_ = {ended(Succeeded{})};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::succeeded);
  views_ = {ended(RollbackFailed{})};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::rollback_failed);
  views_ = {ended(Aborted{})};
  EXPECT_EQ(follow_it(Wanted::rollback).value(), ExitCode::aborted);
  views_ = {ended(RolledBack{})};
  EXPECT_EQ(follow_it(Wanted::rollback).value(), ExitCode::succeeded);
}

TEST_F(FollowTest, PassesOnWhatTheDaemonSays) {
  views_ = {ended(Succeeded{})};
  gone_ = true;
  const Done done = follow_it(Wanted::deployment);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no such service");
}

TEST_F(FollowTest, EndsByTheResultOfADeploymentWhoseServiceIsGone) {
  service_gone_ = true;
  views_ = {ended(Succeeded{})};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::succeeded);
  EXPECT_THAT(out_.text(), HasSubstr("succeeded"));
}

TEST_F(FollowTest, WaitsForTheEndToBeToldAfterItsServiceHasGone) {
  service_gone_ = true;
  views_ = {ended(Baking{}), ended(Succeeded{})};
  EXPECT_EQ(follow_it(Wanted::deployment).value(), ExitCode::succeeded);
}

TEST_F(FollowTest, GivesUpWhenAServiceIsGoneAndItsDeploymentHasNoEnd) {
  service_gone_ = true;
  views_ = {ended(Baking{})};
  const Done done = follow_it(Wanted::deployment);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no service backend");
}

TEST_F(FollowTest, AWatcherHearsOnlyOfWhatChanges) {
  views_ = {test::rolling_back_view()};
  std::optional<Trouble> trouble;
  test::start(context_, watch(client_, clock_, screen_, "backend", false), trouble);
  clock_.run_for(10s);
  const std::string first = out_.text();
  EXPECT_THAT(first, HasSubstr("backend  unhealthy pending\n"));
  clock_.run_for(10s);
  EXPECT_EQ(out_.text(), first);
  views_ = {test::rolled_back_view()};
  clock_.run_for(2s);
  EXPECT_THAT(out_.text().substr(first.size()), HasSubstr("v2 was rolled back to v1"));
  gone_ = true;
  clock_.run_for(2s);
  EXPECT_EQ(trouble.value().message, "no such service");
}

}  // namespace
}  // namespace ripcord::cli
