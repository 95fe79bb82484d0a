#include "evidence/page.hpp"

#include "evidence/html.hpp"
#include "evidence/summary.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::evidence {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Files story() {
  return {
      {"deployment.json",
       R"({"deployment": "shop-1", "service": "shop", "version": "v2", "previous_version": "v1",
           "phase": "rolled_back", "verdict": "v1 is back and verified",
           "cause": {"reason": "3 of 3 failures in a row", "by": "ripcord", "at": "T"}})"},
      {"capture.json",
       R"({"state": "captured", "began_at": "T", "took_seconds": 0.034,
           "sources": [{"source": "probe db", "took_seconds": 2, "missing": ["no answer"]}],
           "gaps": ["probe db: no answer within 2s"]})"},
      {"findings.json",
       R"({"at": "T", "triggers": [{"trigger": "unhealthy", "state": "tripped",
           "reason": "3 of 3 failures in a row"}], "probes": []})"},
      {"samples.json",
       R"([{"probe": "ready", "samples": [
           {"taken_at": "T", "outcome": "good", "latency_seconds": 0.01},
           {"taken_at": "T", "outcome": "bad", "latency_seconds": 0.02,
            "reason": "status 500"}]}])"},
      {"changes.json",
       R"({"changes": [{"what": "version", "before": "v1", "now": "v2"}], "compared_with": null})"},
      {"containers/shop-a.json",
       R"({"name": "shop-a", "image": "shop:v2", "restart_count": 4,
           "state": {"status": "running"}})"},
      {"postgres-db.json",
       R"({"probe": "db", "database": "app", "sessions": [{"pid": 7, "state": "active",
           "wait_event_type": "Lock", "query": "UPDATE t SET a = ?"}]})"},
      {"host.json", R"({"cpus": 2, "load": {"load_1m": 0.5, "load_5m": 1, "load_15m": 2},
           "memory": {"total_bytes": 8589934592, "available_bytes": 1073741824}})"},
      {"disks.json", R"([{"path": "/", "used_percent": 42.4, "available_bytes": 1024}])"},
      {"runs.json", R"([{"step": "rollback.1", "name": "database", "result": "exited 0"}])"},
      {"runs/rollback.1.txt", "stopping v2\nstarting v1\n"},
      {"logs/shop-a.txt", "ERROR: no connection\n"}};
}

TEST(Summary, TellsAllOfItInShort) {
  const std::string text = summary_of(story());
  for (const char* line :
       {"Evidence of shop-1: v2 of shop, rolled back to v1", "Because: 3 of 3 failures in a row",
        "tripped  unhealthy", "version: v1 → v2",
        "ready: 1 bad of the last 2; last: bad status 500", "Container shop-a: running, 4 restarts",
        "1 session, 1 of them waiting for a lock",
        "load 0.50 1.00 2.00 on 2 CPUs; memory 1.0 GiB available of 8.0 GiB", "Disk of /: 42% used",
        "Run rollback.1 (database): exited 0", "probe db: no answer within 2s",
        "Ended rolled_back: v1 is back and verified"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Summary, OfNothingIsStillOne) {
  EXPECT_THAT(summary_of({}), HasSubstr("PARTIAL"));
  EXPECT_THAT(summary_of({{"samples.json", "{"}, {"capture.json", "[1, 2]"}}),
              HasSubstr("PARTIAL"));
}

TEST(Page, TellsAllOfIt) {
  const std::string page = page_of(story());
  for (const char* text :
       {"<h1>v2 of shop, rolled back to v1</h1>", "v1 is back and verified", "tripped",
        "<tr class=\"bad\">", "status 500", "<svg class=\"strip\"", "shop-a", "UPDATE t SET a = ?",
        "ERROR: no connection", "stopping v2\nstarting v1", "probe db: no answer within 2s"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST(Page, LoadsNothingAndRunsNothing) {
  const std::string page = page_of(story());
  for (const char* text : {"<script", "src=", "href=", "url(", "@import", "http://", "https://",
                           "<link", "<img", "<iframe", "onload"}) {
    EXPECT_THAT(page, Not(HasSubstr(text)));
  }
  EXPECT_THAT(page, AllOf(HasSubstr("Content-Security-Policy"), HasSubstr("default-src 'none'")));
}

/// What hostile applications, versions and scripts would like to be.
TEST(Page, TakesNothingInTheFilesForMarkup) {
  const std::string evil = "</pre></td><script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
  const std::string json = boost::json::serialize(boost::json::string(evil));
  Files files = story();
  files["logs/shop-a.txt"] = evil + "\x1b]0;title\x07\xff\n";
  files["runs/rollback.1.txt"] = evil;
  files["deployment.json"] = "{\"deployment\": " + json + ", \"service\": " + json +
                             ", \"version\": " + json + ", \"previous_version\": " + json +
                             ", \"verdict\": " + json + ", " + json + ": [" + json + "]}";
  files["samples.json"] = "[{\"probe\": " + json + ", \"samples\": [{\"outcome\": " + json +
                          ", \"reason\": " + json + ", \"taken_at\": " + json + ", \"values\": {" +
                          json + ": 1}}]}]";
  files["capture.json"] = "{\"gaps\": [" + json + "]}";
  files["changes.json"] =
      "{\"changes\": [{\"what\": " + json + "}], \"compared_with\": " + json + "}";
  files["looks/<b>.json"] = "{\"details\": [{" + json + ": " + json + "}]}";
  const std::string page = page_of(files);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  for (const char* text : {"<script", "<img", "<b>", "\x1b", "\x07", "\xff"}) {
    EXPECT_THAT(page, Not(HasSubstr(text)));
  }
  const std::size_t body = page.find("<body>");
  EXPECT_EQ(page.find("</pre></td>", body), std::string::npos);
}

TEST(Page, ShowsHowDeepAValueMayBe) {
  std::string deep = "1";
  for (int i = 0; i < 20; ++i) deep = "{\"a\": " + deep + "}";
  EXPECT_THAT(page_of({{"looks/x.json", deep}}), HasSubstr("{&quot;a&quot;:{&quot;a&quot;"));
}

TEST(Html, EscapesWithoutLosingLinesOrLength) {
  EXPECT_EQ(html::escaped("a<b>\n&\"'\t\r"), "a&lt;b&gt;\n&amp;&quot;&#39;  ");
  EXPECT_EQ(html::escaped(std::string(100'000, 'x')).size(), 100'000U);
}

TEST(Html, ShowsListsOfObjectsAsTables) {
  const auto value = boost::json::parse(R"([{"a": 1, "b": [1, 2]}, {"c": null}])");
  EXPECT_EQ(html::of(value),
            "<table>\n<tr><th>a</th><th>b</th><th>c</th></tr>\n<tr><td>1</td><td>1<br>2</td><td>"
            "</td></tr>\n<tr><td></td><td></td><td>–</td></tr>\n</table>\n");
}

}  // namespace
}  // namespace ripcord::evidence
