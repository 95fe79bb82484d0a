#pragma once

#include "act/command.hpp"
#include "act/record.hpp"
#include "act/run_directory.hpp"
#include "act/shim_runner.hpp"
#include "base/contract.hpp"
#include "net/system_clock.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace ripcord::test {

using namespace std::chrono_literals;

inline act::StepCommand program(std::vector<std::string> run) {
  act::StepCommand command;
  command.run = std::move(run);
  command.timeout = 20s;
  command.grace = 200ms;
  return command;
}

inline act::StepCommand sh(std::string script) {
  return program({"/bin/sh", "-c", std::move(script)});
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Where a process says that it has come to a certain point, or reads that it may go on.
class Meeting {
 public:
  explicit Meeting(std::filesystem::path path) : path_(std::move(path)) {
    RIPCORD_CONTRACT(::mkfifo(path_.c_str(), 0666) == 0);
  }

  /// A line of shell that says `what`.
  [[nodiscard]] std::string say(const std::string& what) const {
    return "echo " + what + " > " + path_.string() + "\n";
  }
  /// What the other one says, once it has.
  [[nodiscard]] std::string hear() const {
    std::ifstream file(path_);
    std::string line;
    std::getline(file, line);
    return line;
  }

 private:
  std::filesystem::path path_;
};

/// Real runs, in directories of the test's own, kept by a keeper program that needs no TOML.
class RunTest : public testing::Test {
 protected:
  static constexpr const char* keeper = RIPCORD_TEST_KEEPER;

  [[nodiscard]] std::string path(const std::string& name) const { return dir_.path() / name; }

  [[nodiscard]] act::RunPlaces places() const {
    return {.state_dir = path("state"), .runtime_dir = path("runtime")};
  }

  [[nodiscard]] act::ShimRunner make_runner(std::string shim = keeper) {
    return {context_.get_executor(), clock_, {.shim = std::move(shim), .places = places()}};
  }

  /// The first rollback step, with `command` written where the keeper looks for it.
  act::RunOrder order_of(const act::StepCommand& command) const {
    act::Fields fields{{"timeout", std::to_string(command.timeout.count())},
                       {"grace", std::to_string(command.grace.count())},
                       {"user", command.user},
                       {"workdir", command.workdir}};
    for (const std::string& word : command.run) {
      fields.emplace_back("run." + std::to_string(fields.size()), word);
    }
    for (const auto& [name, value] : command.env) fields.emplace_back("env." + name, value);
    std::ofstream(path("command")) << act::format_fields(fields);
    return {.id = id_,
            .facts = {.service = "backend",
                      .deployment = id_.deployment,
                      .version = "v2",
                      .previous_version = "v1",
                      .trigger = "unhealthy",
                      .reason = "3 failures",
                      .stage = "",
                      .traffic = std::nullopt},
            .configuration = path("command")};
  }

  /// Claimed and launched.
  void start(const act::StepCommand& command) {
    const act::RunOrder order = order_of(command);
    const auto claimed = runner_.claim(order);
    ASSERT_TRUE(claimed) << claimed.error().message;
    const auto launched = runner_.launch(order);
    ASSERT_TRUE(launched) << launched.error().message;
  }

  RunResult wait_for_end(act::ShimRunner& runner) {
    auto result = boost::asio::co_spawn(context_, runner.ended(id_), boost::asio::use_future);
    context_.restart();
    context_.run_for(60s);
    RIPCORD_CONTRACT(result.wait_for(0s) == std::future_status::ready);
    return result.get();
  }
  RunResult wait_for_end() { return wait_for_end(runner_); }

  RunResult run(const act::StepCommand& command) {
    start(command);
    return wait_for_end();
  }

  [[nodiscard]] std::string output() { return runner_.output(id_, 1 << 20); }
  [[nodiscard]] std::string run_directory() const {
    return path("state") + "/runs/" + id_.deployment + "/rollback.1";
  }
  [[nodiscard]] act::ResultRecord result_record() const {
    const auto directory = act::RunDirectory::open(run_directory());
    return act::parse_result(directory->read(act::run_file::result).value()).value();
  }

  TempDir dir_;
  boost::asio::io_context context_;
  net::SystemClock clock_{context_.get_executor()};
  act::RunId id_{.deployment = "backend-1", .step = {StepKind::rollback, 0}};
  act::ShimRunner runner_ = make_runner();
};

}  // namespace ripcord::test
