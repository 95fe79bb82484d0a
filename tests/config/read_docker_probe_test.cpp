#include "probe/docker/docker_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string head = "[service.a.probe.p]\ntype = 'docker'\n";
const std::string trigger =
    "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n";

runtime::ServiceSettings read(const std::string& lines) {
  const Configuration configuration = good(head + lines + trigger);
  return configuration.services.empty() ? runtime::ServiceSettings() : configuration.services[0];
}

probe::DockerProbeSettings docker(const std::string& lines) {
  const runtime::ServiceSettings service = read(lines);
  return service.probes.empty() ? probe::DockerProbeSettings()
                                : std::get<probe::DockerProbeSettings>(service.probes[0]);
}

TEST(ReadDockerProbe, ReadsAContainerOrAComposeService) {
  EXPECT_EQ(docker("container = 'app'").selector.container, "app");
  const auto compose = docker(
      "compose_project = 'shop'\ncompose_service = 'web'\nhost = 'unix:///run/d.sock'\n"
      "timeout = '700ms'");
  EXPECT_EQ(compose.selector.project, "shop");
  EXPECT_EQ(compose.selector.service, "web");
  EXPECT_EQ(compose.engine.host, "unix:///run/d.sock");
  EXPECT_EQ(compose.timeout, 700ms);
}

TEST(ReadDockerProbe, KnowsItsWords) {
  const Vocabulary words = read("container = 'app'").engine.probes.at(0).vocabulary;
  EXPECT_THAT(words.occurrences, ElementsAre("restart", "die", "oom", "unhealthy", "recreated"));
  EXPECT_THAT(words.values, testing::Contains("memory_ratio"));
}

TEST(ReadDockerProbe, NeedsExactlyOneWayToFindItsContainers) {
  const std::string at = "ripcord.toml:";
  EXPECT_THAT(mistakes_in(head + trigger),
              ElementsAre(at + "1:1: service.a.probe.p.container: is missing; or write "
                               "compose_project and compose_service"));
  EXPECT_THAT(mistakes_in(head + "container = 'x'\ncompose_project = 'y'\n" + trigger),
              ElementsAre(HasSubstr("container: stands beside compose_project")));
  EXPECT_THAT(mistakes_in(head + "compose_project = 'y'\n" + trigger),
              ElementsAre(HasSubstr("compose_service: is missing")));
}

TEST(ReadDockerProbe, RefusesAnEngineThatItCannotReach) {
  EXPECT_THAT(mistakes_in(head + "container = 'x'\nhost = 'tcp://10.0.0.1:2376'\n" + trigger),
              ElementsAre(HasSubstr("host: \"tcp://10.0.0.1:2376\" needs a certificate of ours")));
  EXPECT_THAT(mistakes_in(head + "container = 'x'\nhost = '/run/docker.sock'\n" + trigger),
              ElementsAre(HasSubstr("is not the address of an engine")));
}

TEST(ReadDockerProbe, ReadsMutualTls) {
  const auto remote = docker(
      "container = 'x'\nhost = 'tcp://10.0.0.1:2376'\nca_file = '/ca.pem'\n"
      "client_cert_file = '/cert.pem'\nclient_key_file = '/key.pem'");
  ASSERT_TRUE(remote.engine.tls.has_value());
  EXPECT_EQ(remote.engine.tls->cert_file, "/cert.pem");
  EXPECT_THAT(mistakes_in(head + "container = 'x'\nca_file = '/ca.pem'\n" + trigger),
              ElementsAre(HasSubstr("ca_file: has no use without a host of tcp://")));
}

TEST(ReadDockerProbe, NoticesNewVersionsUnlessTold) {
  EXPECT_TRUE(docker("container = 'app'").notice);
  EXPECT_FALSE(docker("container = 'app'\nnotice = false").notice);
}

}  // namespace
}  // namespace ripcord::config
