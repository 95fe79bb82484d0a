#include "ripcord/check.hpp"

#include "api/json.hpp"
#include "base/text.hpp"
#include "config/configuration.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

struct Verdict {
  std::vector<config::Diagnostic> mistakes;
  std::size_t services = 0;
};

Verdict judge(const std::string& file) {
  auto configuration = config::load(file);
  if (!configuration) return {.mistakes = std::move(configuration.error()), .services = 0};
  return {.mistakes = config::missing_programs(*configuration),
          .services = configuration->services.size()};
}

json::string text(std::string_view given) {
  json::string text(printable(given, 4096));
  return text;
}

json::object json_of(const config::Diagnostic& mistake) {
  return {{"file", text(mistake.file)},
          {"line", mistake.line},
          {"column", mistake.column},
          {"key", text(mistake.key)},
          {"message", text(mistake.message)}};
}

json::object json_of(const std::string& file, const Verdict& verdict) {
  json::array mistakes;
  for (const config::Diagnostic& mistake : verdict.mistakes) {
    mistakes.emplace_back(json_of(mistake));
  }
  return {{"file", text(file)},
          {"ok", mistakes.empty()},
          {"services", verdict.services},
          {"mistakes", mistakes}};
}

}  // namespace

ExitCode check(const CheckCommand& command, bool json) {
  const Verdict verdict = judge(command.file);
  const bool is_ok = verdict.mistakes.empty();
  for (const config::Diagnostic& mistake : verdict.mistakes) {
    fmt::print(stderr, "{}\n", printable(to_string(mistake), 4096));
  }
  if (json) {
    fmt::print("{}\n", api::to_text(json_of(command.file, verdict)));
  } else if (is_ok) {
    fmt::print("{}: ok, {}\n", printable(command.file), plural(verdict.services, "service"));
  }
  return is_ok ? ExitCode::succeeded : ExitCode::configuration;
}

}  // namespace ripcord::cli
