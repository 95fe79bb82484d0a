#include "api/control_api.hpp"
#include "api/landing_page.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::header;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PublicApiTest : public testing::Test {
 protected:
  PublicApiTest() { backend_.world.services = {test::backend_service()}; }

  net::Reply ask(std::string method, std::string target) {
    net::IncomingRequest incoming;
    incoming.request.method = std::move(method);
    incoming.request.target = std::move(target);
    return test::run(api_.handle(std::move(incoming)));
  }
  net::Reply get(std::string target) { return ask("GET", std::move(target)); }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, test::evening + 1min + 40s};
  test::FakeBackend backend_{clock_};
  api::PublicApi api_{backend_};
};

TEST_F(PublicApiTest, ServesTheMetricsInPrometheusForm) {
  const net::Reply reply = get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header(reply, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, "ripcord_build_info 1\n");
  EXPECT_EQ(get("/metrics?name[]=up").status, 200);
}

TEST_F(PublicApiTest, GzipsTheMetricsForWhoeverTakesThatAndForNobodyElse) {
  net::IncomingRequest incoming;
  incoming.request.target = "/metrics";
  incoming.request.headers = {{"accept-encoding", "gzip"}};
  const net::Reply reply = test::run(api_.handle(std::move(incoming)));
  EXPECT_EQ(reply.body, "gzip of ripcord_build_info 1\n");
  EXPECT_EQ(header(reply, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(reply, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(get("/metrics"), "Content-Encoding"), "");
}

TEST_F(PublicApiTest, NeverCallsNothingAScrape) {
  backend_.scrape = failure(Fault::busy, "4 scrapes are under way already");
  const net::Reply reply = get("/metrics");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "4 scrapes are under way already\n");
  EXPECT_EQ(header(reply, "Retry-After"), "1");
}

TEST_F(PublicApiTest, IsHealthyAsLongAsItAnswers) {
  backend_.self.ready = false;
  EXPECT_EQ(get("/-/healthy").status, 200);
  EXPECT_EQ(get("/-/healthy").body, "healthy\n");
}

TEST_F(PublicApiTest, SaysWhyItIsNotReady) {
  EXPECT_EQ(get("/-/ready").body, "ready\n");
  backend_.self.ready = false;
  backend_.self.journal_trouble = "journal.db: no space\nleft";
  const net::Reply reply = get("/-/ready");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body,
            "not ready: still starting\n"
            "not ready: the journal cannot be written: journal.db: no space left\n");
}

TEST_F(PublicApiTest, TellsAPersonWithABrowserWhatThisIs) {
  const net::Reply reply = get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header(reply, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(reply.body, AllOf(HasSubstr("<h1>ripcord</h1>"), HasSubstr("Version 0.1.0"),
                                HasSubstr("href=\"/metrics\""), HasSubstr("backend"),
                                HasSubstr("unhealthy pending"), HasSubstr("baking v2, 14m left")));
}

TEST_F(PublicApiTest, LocksThePageDown) {
  const net::Reply reply = get("/");
  EXPECT_THAT(header(reply, "Content-Security-Policy"),
              AllOf(HasSubstr("default-src 'none'; style-src 'unsafe-inline'"),
                    HasSubstr("frame-ancestors 'none'")));
  EXPECT_EQ(header(reply, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(reply, "X-Frame-Options"), "DENY");
  EXPECT_EQ(header(reply, "Referrer-Policy"), "no-referrer");
  EXPECT_THAT(reply.body, Not(HasSubstr("<script")));
}

TEST_F(PublicApiTest, EscapesEverythingOnThePage) {
  engine::ServiceSnapshot& service = backend_.world.services.front();
  service.current_version = "<script>alert(\"1\")</script>";
  service.deployment->version = "'><img src=x>&\x1b[2J";
  backend_.self.journal_trouble = "<b>";
  const std::string page = get("/").body;
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("<b>")),
                          Not(HasSubstr("\x1b"))));
  EXPECT_THAT(page, AllOf(HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"),
                          HasSubstr("&#39;&gt;&lt;img src=x&gt;&amp; [2J")));
}

TEST_F(PublicApiTest, ShowsTheDaemonsTroubles) {
  backend_.self.ready = false;
  backend_.self.last_reload_succeeded = false;
  EXPECT_THAT(get("/").body,
              AllOf(HasSubstr("still starting"), HasSubstr("last reload of the configuration")));
  backend_.world.services.clear();
  EXPECT_THAT(get("/").body, HasSubstr("No service is configured"));
}

TEST_F(PublicApiTest, OnlyReads) {
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/ready"}) {
    EXPECT_EQ(ask("HEAD", path).status, 200) << path;
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
      const net::Reply reply = ask(method, path);
      EXPECT_EQ(reply.status, 405) << method << ' ' << path;
      EXPECT_EQ(header(reply, "Allow"), "GET, HEAD");
    }
  }
}

TEST_F(PublicApiTest, KnowsNothingElse) {
  for (const char* path : {"/index.html", "/metrics/", "", "*", "/-/reload", "/api", "/apiv1"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/\x1b[2J\xff").body, "there is nothing at / [2J\xEF\xBF\xBD\n");
  EXPECT_EQ(header(get("/nothing"), "Content-Type"), "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace ripcord
