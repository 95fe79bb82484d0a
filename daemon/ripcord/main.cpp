#include "ripcord/check.hpp"
#include "ripcord/command_line.hpp"
#include "ripcord/moving.hpp"
#include "ripcord/session.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using ripcord::cli::CheckCommand;
using ripcord::cli::ExitCode;
using ripcord::cli::ExportCommand;
using ripcord::cli::ImportCommand;
using ripcord::cli::Invocation;
using ripcord::cli::Words;

ExitCode run(const std::vector<std::string>& words) {
  const std::expected<Invocation, Words> invocation = ripcord::cli::read_command_line(words);
  if (!invocation) {
    const bool is_asked_for = invocation.error().exit_code == ExitCode::succeeded;
    fmt::print(is_asked_for ? stdout : stderr, "{}", invocation.error().text);
    return invocation.error().exit_code;
  }
  if (const auto* check = std::get_if<CheckCommand>(&invocation->command)) {
    return ripcord::cli::check(*check, invocation->json);
  }
  if (const auto* out = std::get_if<ExportCommand>(&invocation->command)) {
    return ripcord::cli::move_out(*out);
  }
  if (const auto* in = std::get_if<ImportCommand>(&invocation->command)) {
    return ripcord::cli::move_in(*in);
  }
  return ripcord::cli::run_session(*invocation);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return std::to_underlying(run(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::exception& error) {  // no memory, no threads, a broken pipe
    (void)std::fputs("ripcord: ", stderr);
    (void)std::fputs(error.what(), stderr);
    (void)std::fputs("\n", stderr);
    return std::to_underlying(ExitCode::failed);
  }
}
