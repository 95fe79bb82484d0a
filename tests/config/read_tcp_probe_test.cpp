#include "probe/tcp_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string head = "[service.a.probe.p]\ntype = 'tcp'\n";

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + "\n");
}

probe::TcpProbeSettings probe(const std::string& lines) {
  const Configuration read =
      good(head + lines +
           "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n");
  if (read.services.empty()) return {};
  return std::get<probe::TcpProbeSettings>(read.services[0].probes[0]);
}

TEST(ReadTcpProbe, HasTheDocumentedDefaults) {
  const auto tcp = probe("address = 'db.example:5432'");
  EXPECT_EQ(to_string(tcp.place), "db.example:5432");
  EXPECT_FALSE(tcp.place.tls);
  EXPECT_EQ(tcp.send, "");
  EXPECT_EQ(tcp.expect, "");
  EXPECT_EQ(tcp.timeout, 2s);
}

TEST(ReadTcpProbe, ReadsEveryKey) {
  const auto tcp = probe(R"(
    address = "[::1]:6379"
    tls = true
    ca_file = "/ca"
    server_name = "redis.example"
    send = "PING\r\n"
    expect = '\+PONG'
    timeout = "1s")");
  EXPECT_EQ(tcp.place.host, "::1");
  const net::TlsSettings tls{.ca_file = "/ca", .server_name = "redis.example"};
  EXPECT_EQ(tcp.place.tls, tls);
  EXPECT_EQ(tcp.send, "PING\r\n");
  EXPECT_EQ(tcp.expect, R"(\+PONG)");
  EXPECT_EQ(tcp.timeout, 1s);
}

TEST(ReadTcpProbe, RefusesWhatCannotBe) {
  EXPECT_THAT(wrong(""), ElementsAre(HasSubstr("address: is missing")));
  EXPECT_THAT(wrong("address = 'db'"), ElementsAre(HasSubstr("\"db\" is no address")));
  EXPECT_THAT(wrong("address = 'unix:/x'\ntls = true"),
              ElementsAre(HasSubstr("tls: is not for unix sockets")));
  EXPECT_THAT(wrong("address = 'a:1'\nserver_name = 'a'"),
              ElementsAre(HasSubstr("server_name: has no use without tls = true")));
  EXPECT_THAT(wrong("address = 'a:1'\nexpect = 'a('"), ElementsAre(HasSubstr("is not a pattern")));
  EXPECT_THAT(wrong("address = 'a:1'\nsend = 5"),
              ElementsAre(HasSubstr("send: expected a text, found a whole number")));
  EXPECT_THAT(wrong("address = 'a:1'\nurl = 'http://a'"),
              ElementsAre(HasSubstr("url: unknown key")));
}

}  // namespace
}  // namespace ripcord::config
