#include "tests/support/bad_peer.hpp"

#include "probe/http/http_probe.hpp"
#include "probe/promql/promql_probe.hpp"
#include "probe/scrape/scrape_probe.hpp"
#include "probe/tcp_probe.hpp"
#include "tests/support/bad_behaviour.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Every probe returns within its deadline, with the right outcome and reason, whatever its peer
// does.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::BadBehaviour;
using test::Script;
using testing::AnyOf;
using testing::HasSubstr;

/// Of probes that will wait in vain; and of those that hear what is wrong in time, however busy the
/// machine is.
constexpr Duration short_patience = 200ms;
constexpr Duration long_patience = 10s;
/// For what a busy machine adds; far from what would be no deadline at all.
constexpr Duration grace = 5s;

/// What every test here needs, made once: keys take a while.
struct World {
  Instant now = test::Loop().clock.now();
  test::Authority authority{test::valid_for({}, now)};
  test::TlsFace face{.identity = authority.issue(test::valid_for({"127.0.0.1"}, now))};
  test::TempDir dir;
  net::TlsSettings tls{.ca_file = dir.path() / "ca.pem"};

  World() { std::ofstream(tls.ca_file) << authority.pem(); }
};

const World& world() {
  static const World made;
  return made;
}

class BadPeerTest : public testing::TestWithParam<BadBehaviour> {
 protected:
  /// The sample of the probe that `make` makes for the place of a peer that plays `script`; twice,
  /// since a connection may be kept.
  template <class Make>
  Sample probed(const Script& script, bool is_secured, Make make) {
    const test::BadPeer peer(loop_, {script});
    net::Place place = peer.place();
    if (is_secured) place.tls = world().tls;
    const auto probe = make(place);
    (void)loop_.wait_for(probe->take());
    const Instant started = loop_.clock.now();
    Sample sample = loop_.wait_for(probe->take());
    EXPECT_LT(loop_.clock.now() - started, patience_ + grace);
    EXPECT_THAT(sample.reason, HasSubstr(to_string(place)));
    return sample;
  }

  Sample http(const Script& script, bool is_secured) {
    return probed(script, is_secured, [this](const net::Place& place) {
      probe::HttpProbeSettings settings;
      settings.http.place = place;
      settings.body_max = 2048;
      settings.timeout = patience_;
      return std::make_unique<probe::HttpProbe>(loop_.context.get_executor(), loop_.clock,
                                                loop_.resolver, settings);
    });
  }

  Sample tcp(const Script& script, bool is_secured) {
    return probed(script, is_secured, [this](const net::Place& place) {
      const probe::TcpProbeSettings settings{.place = place,
                                             .send = "GET / HTTP/1.0\r\n\r\n",
                                             .expect = "all is well",
                                             .timeout = patience_};
      return std::make_unique<probe::TcpProbe>(loop_.context.get_executor(), loop_.clock,
                                               loop_.resolver, settings);
    });
  }

  Sample scrape(const Script& script, bool is_secured) {
    return probed(script, is_secured, [this](const net::Place& place) {
      probe::ScrapeProbeSettings settings;
      settings.http.place = place;
      settings.body_max = 2048;
      settings.timeout = patience_;
      return std::make_unique<probe::ScrapeProbe>(loop_.context.get_executor(), loop_.clock,
                                                  loop_.resolver, settings);
    });
  }

  Sample promql(const Script& script, bool is_secured) {
    return probed(script, is_secured, [this](const net::Place& place) {
      probe::PromqlProbeSettings settings;
      settings.http.place = place;
      settings.query = "up";
      settings.timeout = patience_;
      return std::make_unique<probe::PromqlProbe>(loop_.context.get_executor(), loop_.clock,
                                                  loop_.resolver, settings);
    });
  }

  static void expect(const Sample& sample, const std::string& words) {
    EXPECT_EQ(sample.outcome, Outcome::bad) << sample.reason;
    EXPECT_THAT(sample.reason, HasSubstr(words));
    const bool is_late = sample.reason.starts_with("timeout");
    EXPECT_EQ(sample.latency_kind, is_late ? LatencyKind::at_least : LatencyKind::none);
  }

  test::Loop loop_;
  Duration patience_ = GetParam().fault == Fault::timeout ? short_patience : long_patience;
};

using OverHttp = BadPeerTest;
using OverTls = BadPeerTest;

TEST_P(OverHttp, HttpIsBadWithItsReason) {
  expect(http(GetParam().script, false), GetParam().words);
}

TEST_P(OverHttp, HttpsIsBadWithItsReason) {
  expect(http(test::secured(GetParam().script, world().face), true), GetParam().words);
}

TEST_P(OverHttp, ScrapeIsBadUnlessItWasTooMuchForUs) {
  const Sample sample = scrape(GetParam().script, false);
  const bool is_too_much = sample.reason.contains(" is larger than ");
  EXPECT_EQ(sample.outcome, is_too_much ? Outcome::unknown : Outcome::bad) << sample.reason;
  EXPECT_THAT(sample.reason, HasSubstr(GetParam().words));
}

TEST_P(OverHttp, PromqlIsUnknown) {
  patience_ = short_patience;  // it takes more bytes, and unknown is what it is in any case
  const Sample sample = promql(GetParam().script, false);
  EXPECT_EQ(sample.outcome, Outcome::unknown) << sample.reason;
  EXPECT_TRUE(sample.readings.empty());
}

TEST_P(OverHttp, TcpIsBadForWhatWasNotSaid) {
  const test::Act& last = GetParam().script.back();
  const bool hangs = std::holds_alternative<test::Hang>(last);
  if (hangs) patience_ = short_patience;
  const Sample sample = tcp(GetParam().script, false);
  expect(sample, "");
  if (std::holds_alternative<test::Flood>(last)) {
    EXPECT_THAT(sample.reason, HasSubstr("said nothing that matches \"all is well\" in 16384"));
  } else if (hangs || std::holds_alternative<test::Drip>(last)) {
    EXPECT_THAT(sample.reason, HasSubstr("waiting for "));
    EXPECT_THAT(sample.reason, HasSubstr("to say \"all is well\": got "));
  } else {
    EXPECT_THAT(sample.reason, AnyOf(HasSubstr("reset the connection"),
                                     HasSubstr("closed the connection without a word"),
                                     HasSubstr("did not say \"all is well\": got ")));
  }
}

TEST_P(OverTls, HttpsIsBadWithItsReason) {
  expect(http(GetParam().script, true), GetParam().words);
}

TEST_P(OverTls, ScrapeIsBadWithItsReason) {
  const Sample sample = scrape(GetParam().script, true);
  EXPECT_EQ(sample.outcome, Outcome::bad) << sample.reason;
  EXPECT_THAT(sample.reason, HasSubstr(GetParam().words));
}

TEST_P(OverTls, PromqlIsUnknown) {
  patience_ = short_patience;
  EXPECT_EQ(promql(GetParam().script, true).outcome, Outcome::unknown);
}

TEST_P(OverTls, TcpIsBadToo) {
  expect(tcp(GetParam().script, true), "");
}

std::string name_of(const testing::TestParamInfo<BadBehaviour>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Http, OverHttp, testing::ValuesIn(test::bad_over_http()), name_of);
INSTANTIATE_TEST_SUITE_P(Tls, OverTls,
                         testing::ValuesIn(test::bad_over_tls(world().authority, world().now)),
                         name_of);

}  // namespace
}  // namespace ripcord
