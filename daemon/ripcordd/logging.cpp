#include "logging.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace ripcord::daemon {
namespace {

/// systemd names the device and inode of the journal's stream in the environment (systemd.exec(5)).
bool is_connected_to_journal() {
  // Read once, before any thread is started.
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe)
  struct stat status{};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::string(stream) == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace

void set_up_logging() {
  spdlog::sink_ptr sink;
  if (is_connected_to_journal()) {
    sink = std::make_shared<spdlog::sinks::systemd_sink_st>();
  } else {
    sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>();
  }
  auto logger = std::make_shared<spdlog::logger>("ripcordd", std::move(sink));
  logger->set_pattern(is_connected_to_journal() ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %^%-8l%$ %v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace ripcord::daemon
