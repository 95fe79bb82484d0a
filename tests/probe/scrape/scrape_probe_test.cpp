#include "probe/scrape/scrape_probe.hpp"

#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::ScrapeProbe;
using probe::ScrapeProbeSettings;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string text_type = "text/plain; version=0.0.4; charset=utf-8";
const std::string open_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

Say reply(const std::string& body, const std::string& type = text_type, int status = 200,
          const std::string& more = "") {
  return {fmt::format("HTTP/1.1 {} x\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", status,
                      type, body.size(), more, body)};
}

/// `"requests=150"`, …
std::vector<std::string> in_words(const Sample& sample, const ScrapeProbeSettings& settings) {
  const Vocabulary vocabulary = vocabulary_of(settings);
  std::vector<std::string> words;
  for (const Reading& reading : sample.readings) {
    words.push_back(fmt::format("{}={:g}", vocabulary.values.at(reading.value), reading.number));
  }
  return words;
}

class ScrapeProbeTest : public testing::Test {
 protected:
  ScrapeProbeTest() {
    settings_.timeout = 2s;
    settings_.requests = "r_total";
    settings_.errors = "r_total{code=~\"5..\"}";
  }

  /// The samples of one probe of a peer that plays `script`, one for each `Hear`. An epoch begins
  /// before the sample `new_epoch`, unless that is 0.
  std::vector<Sample> probed(Script script, std::size_t new_epoch = 0) {
    const auto hears = std::ranges::count_if(
        script, [](const test::Act& act) { return std::holds_alternative<Hear>(act); });
    peer_.emplace(loop_, std::vector<Script>{std::move(script)});
    settings_.http.place = peer_->place();
    ScrapeProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
    std::vector<Sample> samples;
    for (auto i = hears; i > 0; --i) {
      if (new_epoch > 0 && samples.size() == new_epoch) probe.begin_epoch(loop_.clock.now());
      samples.push_back(loop_.wait_for(probe.take()));
    }
    told_.clear();
    for (const probe::Detail& detail : probe.details()) {
      told_.push_back(detail.name + ": " + detail.text);
    }
    return samples;
  }

  /// `"outcome: reason"` with PEER for the place of the peer.
  std::string verdict(Script script) {
    const Sample sample = probed(std::move(script)).at(0);
    std::string text = std::string(to_string(sample.outcome)) + ": " + sample.reason;
    const std::string name = to_string(settings_.http.place);
    const std::size_t at = text.find(name);
    if (at != std::string::npos) text.replace(at, name.size(), "PEER");
    EXPECT_EQ(sample.readings.empty(), sample.outcome != Outcome::good);
    return text;
  }

  std::string verdict_of(const std::string& body, const std::string& type = text_type) {
    return verdict({Hear{}, reply(body, type), Hang{}});
  }

  test::Loop loop_;
  std::optional<test::BadPeer> peer_;
  ScrapeProbeSettings settings_;
  std::vector<std::string> told_;
};

TEST_F(ScrapeProbeTest, ReportsWhatIsSelected) {
  settings_.values = {{.name = "queue", .select = "queue_length"}};
  const auto samples = probed({Hear{},
                               reply("r_total{code=\"200\"} 100\nr_total{code=\"500\"} 5\n"
                                     "# TYPE queue_length gauge\nqueue_length 7\n"),
                               Hang{}});
  EXPECT_EQ(samples[0].outcome, Outcome::good);
  EXPECT_EQ(samples[0].latency_kind, LatencyKind::measured);
  EXPECT_THAT(in_words(samples[0], settings_), ElementsAre("requests=105", "errors=5", "queue=7"));
  for (const std::string& line :
       {std::string("status: 200"), "content_type: " + text_type, std::string("bytes: 87"),
        std::string("series: 3"), std::string("requests: 2 of 2 series: 105"),
        std::string("errors: 1 of 2 series: 5"), std::string("queue: 1 of 1 series: 7")}) {
    EXPECT_THAT(told_, Contains(line));
  }
}

TEST_F(ScrapeProbeTest, AsksForWhatItCanRead) {
  settings_.http.target = "/internal/metrics?x=1";
  settings_.http.headers = {{"X-Key", "secret"}};
  (void)probed({Hear{}, reply("r_total{code=\"200\"} 1\n"), Hang{}});
  const std::string& heard = peer_->heard().at(0);
  EXPECT_THAT(heard, StartsWith("GET /internal/metrics?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(heard, HasSubstr("X-Key: secret\r\n"));
  EXPECT_THAT(heard, HasSubstr("Accept: application/openmetrics-text;version=1.0.0;q=0.9,text/"));
  EXPECT_THAT(heard, HasSubstr("Accept-Encoding: identity\r\n"));
}

TEST_F(ScrapeProbeTest, LetsAHeaderOfTheUsersStand) {
  settings_.http.headers = {{"accept", "text/plain"}};
  (void)probed({Hear{}, reply(""), Hang{}});
  EXPECT_THAT(peer_->heard().at(0), testing::Not(HasSubstr("openmetrics")));
}

TEST_F(ScrapeProbeTest, ReadsOpenMetricsByItsContentType) {
  settings_.errors = "";
  EXPECT_EQ(verdict_of("# TYPE r counter\nr_total 7\n# EOF\n", open_type), "good: ");
  EXPECT_EQ(verdict_of("# TYPE r counter\nr_total 7\n", open_type),
            "bad: no exposition of metrics (" + open_type +
                "): the exposition was cut off: no \"# EOF\" after 2 lines");
  EXPECT_EQ(verdict_of("# TYPE r counter\nr_total 7\n", "text/plain"), "good: ");
}

TEST_F(ScrapeProbeTest, AWorkerThatIsRestartedIsNoRestartOfAll) {
  settings_.errors = "";
  const auto samples =
      probed({Hear{}, reply("r_total{w=\"1\"} 1000\nr_total{w=\"2\"} 500\n"), Hear{},
              reply("r_total{w=\"1\"} 4\nr_total{w=\"2\"} 510\n"), Hang{}});
  EXPECT_THAT(in_words(samples[0], settings_), ElementsAre("requests=1500"));
  EXPECT_THAT(in_words(samples[1], settings_), ElementsAre("requests=1514"));
}

TEST_F(ScrapeProbeTest, LeavesOutWhatItDoesNotKnow) {
  settings_.errors = "e_total";
  const auto samples = probed({Hear{}, reply("r_total 5\n"), Hang{}});
  EXPECT_EQ(samples[0].outcome, Outcome::good);
  EXPECT_THAT(in_words(samples[0], settings_), ElementsAre("requests=5"));
  EXPECT_THAT(told_, Contains("errors: there is no e_total: not known"));
}

TEST_F(ScrapeProbeTest, LabelSetsMayChange) {
  const auto samples = probed(
      {Hear{}, reply("r_total{code=\"200\",v=\"1\"} 1000\n"), Hear{},
       reply("r_total{code=\"200\",v=\"2\"} 10\nr_total{code=\"500\",v=\"2\"} 2\n"), Hear{},
       reply("r_total{code=\"200\",v=\"1\"} 1001\nr_total{code=\"500\",v=\"2\"} 3\n"), Hang{}});
  EXPECT_THAT(in_words(samples[0], settings_), ElementsAre("requests=1000", "errors=0"));
  EXPECT_THAT(in_words(samples[1], settings_), ElementsAre("requests=1012", "errors=2"));
  EXPECT_THAT(in_words(samples[2], settings_), ElementsAre("requests=1014", "errors=3"));
}

TEST_F(ScrapeProbeTest, ReportsQuantilesOfWhatWasObserved) {
  settings_.requests = settings_.errors = "";
  settings_.latency = "h";
  settings_.quantiles = {{.quantile = 0.5, .window = 60s, .value_name = "p50"},
                         {.quantile = 1, .window = 60s, .value_name = "p100"}};
  const auto histogram = [](int fast, int all) {
    return reply(
        fmt::format("h_bucket{{le=\"0.1\"}} {}\nh_bucket{{le=\"1\"}} {}\n"
                    "h_bucket{{le=\"+Inf\"}} {}\n",
                    fast, all, all));
  };
  const auto samples = probed({Hear{}, histogram(100, 100), Hear{}, histogram(108, 110), Hang{}});
  EXPECT_THAT(in_words(samples[0], settings_), IsEmpty());
  EXPECT_THAT(in_words(samples[1], settings_), ElementsAre("p50=0.0625", "p100=1"));
  EXPECT_THAT(told_, Contains("p50: 0.0625 over 1m"));
}

TEST_F(ScrapeProbeTest, AQuantileForgetsWhatWasObservedBeforeTheEpoch) {
  settings_.requests = settings_.errors = "";
  settings_.latency = "h";
  settings_.quantiles = {{.quantile = 1, .window = 60s, .value_name = "p100"}};
  const auto histogram = [](int fast, int all) {
    return reply(
        fmt::format("h_bucket{{le=\"1\"}} {}\nh_bucket{{le=\"10\"}} {}\n"
                    "h_bucket{{le=\"+Inf\"}} {}\n",
                    fast, all, all));
  };
  const auto samples = probed({Hear{}, histogram(0, 0), Hear{}, histogram(0, 10), Hear{},
                               histogram(0, 10), Hear{}, histogram(5, 15), Hang{}},
                              2);
  EXPECT_THAT(in_words(samples[1], settings_), ElementsAre("p100=10"));
  EXPECT_THAT(in_words(samples[2], settings_), IsEmpty()) << "the growth began before the epoch";
  EXPECT_THAT(in_words(samples[3], settings_), ElementsAre("p100=1"));
}

TEST_F(ScrapeProbeTest, AnythingElseThanAnExpositionIsBad) {
  EXPECT_EQ(verdict_of("<html>\n", "text/html"),
            "bad: no exposition of metrics (text/html): line 1: \"<html>\" begins no sample");
  EXPECT_EQ(verdict_of("r_total{code=\"2\n", ""),
            "bad: no exposition of metrics (no content type): line 1: the value of the label "
            "\"code\" has no end");
  EXPECT_EQ(verdict({Hear{}, reply("oops", text_type, 500), Hang{}}),
            "bad: status 500, expected 200");
  EXPECT_EQ(verdict({Hear{}, reply("", text_type, 302), Hang{}}), "bad: status 302, expected 200");
  EXPECT_EQ(verdict({Hear{}, reply("x", text_type, 200, "Content-Encoding: gzip\r\n"), Hang{}}),
            "bad: the exposition is compressed, which was not asked for");
}

TEST_F(ScrapeProbeTest, AnExpositionThatWasCutOffIsBad) {
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nr_total 12"}}),
            "bad: PEER closed the connection in the middle of the reply");
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\nr_total{code=\"200\"} 12"}}),
            "bad: no exposition of metrics (no content type): line 1: the exposition ends in the "
            "middle of a line");
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\nr_total{code=\"200\"} 12\n"}}), "good: ");
  EXPECT_EQ(verdict_of("r_total{code=\"200\"} 12"), "good: ");
}

TEST_F(ScrapeProbeTest, WhatIsBadChangesNothingOfWhatIsRemembered) {
  settings_.errors = "";
  const auto samples =
      probed({Hear{}, reply("r_total 100\n"), Hear{}, reply("r_total 5\n<garbage>\n"), Hear{},
              reply("r_total 103\n"), Hang{}});
  EXPECT_EQ(samples[1].outcome, Outcome::bad);
  EXPECT_THAT(in_words(samples[2], settings_), ElementsAre("requests=103"));
}

TEST_F(ScrapeProbeTest, WhatIsBeyondOurOwnLimitsIsUnknown) {
  settings_.body_max = 100'000;
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Flood{"r_total 1\n"}}),
            "unknown: the body of the reply of PEER is larger than 100000 bytes");
  EXPECT_EQ(
      verdict_of("r_total{x=\"" + std::string(70'000, 'x') + "\"} 1\n"),
      "unknown: no exposition of metrics (" + text_type + "): line 1: is longer than 65536 bytes");
}

TEST_F(ScrapeProbeTest, ReadsALargeExpositionInTurns) {
  settings_.errors = "";
  std::string body;
  for (int i = 0; i < 50'000; ++i) body += fmt::format("other{{path=\"/a/{}\"}} {}\n", i, i);
  EXPECT_EQ(verdict_of(body + "r_total 7\n"), "good: ");
  EXPECT_THAT(told_, Contains("series: 50001"));
}

TEST_F(ScrapeProbeTest, ATimeoutIsBadAndAtLeastAsLong) {
  settings_.timeout = 150ms;
  const auto samples = probed({Hear{}, Hang{}});
  EXPECT_EQ(samples[0].outcome, Outcome::bad);
  EXPECT_EQ(samples[0].latency_kind, LatencyKind::at_least);
  EXPECT_THAT(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Drip{std::string(99, 'x'), 10ms}}),
              StartsWith("bad: timeout after 150ms in the body of the reply of PEER"));
}

TEST_F(ScrapeProbeTest, ARefusalIsBad) {
  EXPECT_EQ(verdict({Hear{}, Reset{}}), "bad: PEER reset the connection before a reply");
  peer_.reset();
  ScrapeProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
  const Sample sample = loop_.wait_for(probe.take());
  EXPECT_EQ(sample.outcome, Outcome::bad);
  EXPECT_EQ(sample.latency_kind, LatencyKind::none);
  EXPECT_EQ(probe.details().at(0).text, to_string(settings_.http.place));
}

TEST_F(ScrapeProbeTest, ProvesWhoAsks) {
  const test::TempDir directory;
  const std::filesystem::path secret = directory.path() / "password";
  settings_.http.credentials = {.username = "ripcord", .password_file = secret};
  EXPECT_THAT(verdict({Hear{}, reply(""), Hang{}}), StartsWith("unknown: "));
  EXPECT_TRUE(peer_->heard().empty());
  std::ofstream(secret) << "s3cret\n";
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  EXPECT_EQ(verdict_of("r_total{code=\"200\"} 1\n"), "good: ");
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("Authorization: Basic cmlwY29yZDpzM2NyZXQ=\r\n"));
}

TEST_F(ScrapeProbeTest, OurOwnSideIsUnknown) {
  settings_.http.place = {.host = std::string(64, 'a') + ".invalid", .unix_path = {}};
  ScrapeProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
  EXPECT_EQ(loop_.wait_for(probe.take()).outcome, Outcome::unknown);
  settings_.http.headers = {{"X", "a\nb"}};
  EXPECT_THAT(verdict({Hear{}, reply(""), Hang{}}), StartsWith("unknown: the header \"X\""));
}

TEST(ScrapeProbeSettings, AreEqualWhenEverythingIs) {
  ScrapeProbeSettings one;
  one.http.headers = {{"X", "y"}};
  one.values = {{.name = "v", .select = "g"}};
  one.quantiles = {{.quantile = 0.9, .window = 60s, .value_name = "p90"}};
  ScrapeProbeSettings other = one;
  EXPECT_EQ(one, other);
  other.values[0].agg = probe::scrape::Agg::max;
  EXPECT_NE(one, other);
  other = one;
  other.quantiles[0].window = 61s;
  EXPECT_NE(one, other);
  other = one;
  other.http.place.port = 81;
  EXPECT_NE(one, other);
  other = one;
  other.http.headers[0].value = "z";
  EXPECT_NE(one, other);
}

TEST(ScrapeProbeSettings, HaveTheirVocabularyInOrder) {
  ScrapeProbeSettings settings;
  EXPECT_THAT(vocabulary_of(settings).values, IsEmpty());
  settings.requests = settings.errors = "r";
  settings.values = {{.name = "queue", .select = "q"}};
  settings.quantiles = {{.quantile = 0.9, .window = 60s, .value_name = "p90"}};
  EXPECT_THAT(vocabulary_of(settings).values, ElementsAre("requests", "errors", "queue", "p90"));
  EXPECT_THAT(vocabulary_of(settings).occurrences, IsEmpty());
}

TEST(ScrapeProbeSettings, AreChecked) {
  EXPECT_TRUE(probe::check_selector("a{b=\"c\"}").has_value());
  EXPECT_EQ(probe::check_selector("a{").error().fault, Fault::malformed);
  EXPECT_TRUE(probe::check_histogram_selector("a{b=\"c\"}").has_value());
  EXPECT_THAT(probe::check_histogram_selector("a{le=\"1\"}").error().message,
              HasSubstr("has a condition on \"le\""));
}

}  // namespace
}  // namespace ripcord
