#include "probe/exec/exec_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

const std::string head = "[service.a.probe.p]\ntype = 'exec'\n";
const std::string trigger =
    "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n";
const std::string path = "service.a.probe.p.";

struct Read {
  engine::ProbeSettings settings;
  probe::ExecProbeSettings exec;
};

Read probe(const std::string& lines) {
  const Configuration read = good(head + lines + trigger);
  if (read.services.empty()) return {};
  return {.settings = read.services[0].engine.probes[0],
          .exec = std::get<probe::ExecProbeSettings>(read.services[0].probes[0])};
}

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + trigger);
}

TEST(ReadExecProbe, NeedsNothingButAProgram) {
  const Read read = probe("run = ['/bin/true']");
  EXPECT_THAT(read.exec.command.run, ElementsAre("/bin/true"));
  EXPECT_EQ(read.exec.command.user, "");
  EXPECT_FALSE(read.exec.warning_is_bad);
  EXPECT_EQ(read.exec.timeout, 2s);
  EXPECT_EQ(read.settings.timing, ProbeTiming());
  EXPECT_THAT(read.settings.vocabulary.values, IsEmpty());
}

TEST(ReadExecProbe, ReadsEveryKey) {
  const Read read = probe(
      "run = ['/usr/lib/nagios/plugins/check_disk', '-p', '/']\nuser = 'nobody'\n"
      "workdir = '/tmp'\nenv = { LANG = 'C' }\nwarning = 'bad'\ntimeout = '10s'\n"
      "values = { used = '/', 'free_2' = 'a b' }\n");
  EXPECT_THAT(read.exec.command.run, ElementsAre("/usr/lib/nagios/plugins/check_disk", "-p", "/"));
  EXPECT_EQ(read.exec.command.user, "nobody");
  EXPECT_EQ(read.exec.command.workdir, "/tmp");
  EXPECT_THAT(read.exec.command.env, ElementsAre(Pair("LANG", "C")));
  EXPECT_TRUE(read.exec.warning_is_bad);
  EXPECT_EQ(read.exec.timeout, 10s);
  EXPECT_EQ(read.exec.values.size(), 2U);
  EXPECT_EQ(read.settings.vocabulary, vocabulary_of(read.exec));
}

TEST(ReadExecProbe, ReportsEveryMistake) {
  EXPECT_THAT(wrong(""), ElementsAre("ripcord.toml:1:1: " + path + "run: is missing"));
  EXPECT_THAT(wrong("run = ['true']"),
              ElementsAre("ripcord.toml:3:7: " + path + "run: \"true\" is not an absolute path"));
  EXPECT_THAT(wrong("run = ['/bin/true']\nwarning = 'ok'"),
              ElementsAre("ripcord.toml:4:11: " + path +
                          "warning: \"ok\" is neither \"good\" nor \"bad\""));
  EXPECT_THAT(wrong("run = ['/bin/true']\nvalues = { Time = 'time' }"),
              ElementsAre(StartsWith("ripcord.toml:4:")));
  EXPECT_THAT(wrong("run = ['/bin/true']\nvalues = { time = '' }"),
              ElementsAre(testing::EndsWith(
                  "values.time: is empty; write a label of the performance data")));
  EXPECT_THAT(wrong("run = ['/bin/true']\nshell = true"),
              ElementsAre("ripcord.toml:4:1: " + path + "shell: unknown key"));
}

TEST(ReadExecProbe, WhatIsTooLongForItsMinderIsAMistake) {
  std::string words = "'/bin/true'";
  for (int i = 0; i < 300; ++i) words += ", 'x'";
  EXPECT_THAT(wrong("run = [" + words + "]"),
              ElementsAre(StartsWith("ripcord.toml:3:7: " + path +
                                     "run: the command and its environment are too long")));
}

TEST(ReadExecProbe, ProgramThatIsNotThereIsFound) {
  const Configuration read = good(head + "run = ['/no/such/plugin']" + trigger);
  EXPECT_THAT(in_words(missing_programs(read)),
              ElementsAre("ripcord.toml:3:7: " + path + "run: \"/no/such/plugin\" does not exist"));
}

}  // namespace
}  // namespace ripcord::config
