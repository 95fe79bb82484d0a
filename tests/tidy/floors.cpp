#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace ripcord::tidy {
namespace {

constexpr std::array pure_modules{"base", "model", "window", "evaluate", "deploy", "engine"};

/// What has no place below the pure line; a name that ends in `/` is a whole folder of headers.
constexpr std::array impure_headers{"boost/asio.hpp", "boost/asio/",  "boost/beast.hpp",
                                    "boost/beast/",   "spdlog/",      "pqxx/",
                                    "prometheus/",    "sqlite3.h",    "SQLiteCpp/",
                                    "toml++/",        "openssl/",     "systemd/",
                                    "CLI/",           "re2/",         "thread",
                                    "mutex",          "atomic",       "condition_variable",
                                    "future",         "shared_mutex", "stop_token",
                                    "fstream",        "iostream",     "filesystem",
                                    "ctime",          "unistd.h",     "fcntl.h",
                                    "csignal",        "signal.h",     "poll.h",
                                    "sys/",           "netinet/",     "arpa/",
                                    "random"};

constexpr std::array impure_calls{"::now(", "getenv(", "clock_gettime(", "gettimeofday("};

/// The module that a path of lib/ belongs to; empty when it belongs to none.
std::string module_of(std::string_view path) {
  constexpr std::string_view lib = "lib/";
  if (!path.starts_with(lib)) return "";
  path.remove_prefix(lib.size());
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

std::string first_folder(const std::string& path) {
  return path.substr(0, path.find('/'));
}

bool is_pure(const std::string& module) {
  return std::ranges::find(pure_modules, module) != pure_modules.end();
}

bool names(std::string_view header, std::string_view path) {
  return header.ends_with('/') ? path.starts_with(header) : path == header;
}

std::string undeclared(const Include& include, const std::string& module,
                       const std::string& other) {
  return "\"" + include.path + "\": " + module + " does not declare that it needs " + other;
}

}  // namespace

Findings floors(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    const std::string module = module_of(file.path);
    if (module.empty() || !file.is_cpp()) continue;
    const auto floor = repository.floors.find(module);
    if (floor == repository.floors.end()) {
      found.push_back(
          {file.path, 0, "lib/" + module + " is no module: no ripcord_module() names it"});
      continue;
    }
    for (const Include& include : file.includes) {
      const std::string other = first_folder(include.path);
      if (!include.quoted || other == module || floor->second.contains(other)) continue;
      found.push_back({file.path, include.line, undeclared(include, module, other)});
    }
  }
  return found;
}

Findings needless_floors(const Repository& repository) {
  std::map<std::string, std::set<std::string>> used;
  for (const File& file : repository.files) {
    for (const Include& include : file.includes) {
      if (include.quoted) used[module_of(file.path)].insert(first_folder(include.path));
    }
  }
  Findings found;
  for (const auto& [module, needs] : repository.floors) {
    for (const std::string& need : needs) {
      if (used[module].contains(need)) continue;
      found.push_back({"lib/" + module + "/CMakeLists.txt", 0,
                       "declares that it needs " + need + ", of which it includes nothing"});
    }
  }
  return found;
}

Findings purity(const Repository& repository) {
  Findings found;
  for (const File& file : repository.files) {
    if (!is_pure(module_of(file.path))) continue;
    for (const Include& include : file.includes) {
      if (std::ranges::any_of(impure_headers,
                              [&](const char* h) { return names(h, include.path); })) {
        found.push_back({file.path, include.line, "<" + include.path + "> below the pure line"});
      }
    }
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      for (const char* call : impure_calls) {
        if (!file.code[i].contains(call)) continue;
        found.push_back(
            {file.path, i + 1, std::string(call) + ") below the pure line: `now` is an argument"});
      }
    }
  }
  return found;
}

}  // namespace ripcord::tidy
