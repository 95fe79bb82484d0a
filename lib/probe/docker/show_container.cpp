#include "probe/docker/show_container.hpp"

#include "base/text.hpp"
#include "probe/secrets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace ripcord::probe::docker {
namespace {

namespace json = boost::json;

constexpr std::size_t text_bytes_max = 1000;
constexpr std::size_t items_max = 50;
constexpr std::size_t health_checks_max = 5;

const json::object no_object;

const json::object& object_at(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  const auto* object = found == nullptr ? nullptr : found->if_object();
  return object == nullptr ? no_object : *object;
}

const json::array* array_at(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

std::string_view text_at(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

json::value shown_text(std::string_view text) {
  return json::string(
      printable(without_credentials(printable(text, text_bytes_max * 2)), text_bytes_max));
}

/// A member, and how it is called in the facts.
struct Taken {
  std::string_view key;
  std::string_view name;
};

/// Texts without their secrets, numbers and flags as they are; nothing of any other shape.
void take(const json::object& from, std::initializer_list<Taken> members, json::object& facts) {
  for (const Taken& member : members) {
    const json::value* value = from.if_contains(member.key);
    if (value == nullptr) continue;
    if (const auto* text = value->if_string()) {
      if (!text->empty()) facts[member.name] = shown_text(*text);
    } else if (value->is_number() || value->is_bool()) {
      facts[member.name] = *value;
    }
  }
}

std::vector<std::string> words_at(const json::object& from, std::string_view key) {
  std::vector<std::string> words;
  const json::array* array = array_at(from, key);
  if (array == nullptr) return words;
  for (const json::value& item : *array) {
    if (words.size() == items_max) break;
    if (const auto* word = item.if_string()) words.emplace_back(*word);
  }
  return words;
}

void take_command(const json::object& from, std::string_view key, std::string_view name,
                  json::object& facts) {
  json::array shown;
  for (const std::string& word : masked_command(words_at(from, key))) {
    shown.push_back(json::string(printable(word, text_bytes_max)));
  }
  if (!shown.empty()) facts[name] = std::move(shown);
}

json::object health(const json::object& state) {
  const json::object& told = object_at(state, "Health");
  json::object facts;
  take(told, {{"Status", "status"}, {"FailingStreak", "failing_streak"}}, facts);
  const json::array* log = array_at(told, "Log");
  if (log == nullptr || log->empty()) return facts;
  json::array checks;
  const std::size_t first = log->size() > health_checks_max ? log->size() - health_checks_max : 0;
  for (std::size_t i = first; i < log->size(); ++i) {
    const auto* one = (*log)[i].if_object();
    if (one == nullptr) continue;
    json::object check;
    take(*one,
         {{"Start", "began_at"},
          {"End", "ended_at"},
          {"ExitCode", "exit_code"},
          {"Output", "output"}},
         check);
    checks.push_back(std::move(check));
  }
  facts["checks"] = std::move(checks);
  return facts;
}

json::object labels(const json::object& config) {
  json::object facts;
  for (const auto& [name, value] : object_at(config, "Labels")) {
    if (facts.size() == items_max) break;
    const auto* text = value.if_string();
    const std::string key = printable(without_credentials(name), 200);
    facts[key] = text == nullptr || names_secret(name) ? json::value("***") : shown_text(*text);
  }
  return facts;
}

json::array mounts(const json::object& container) {
  json::array facts;
  const json::array* all = array_at(container, "Mounts");
  if (all == nullptr) return facts;
  for (const json::value& item : *all) {
    const auto* one = item.if_object();
    if (one == nullptr || facts.size() == items_max) continue;
    json::object mount;
    take(*one,
         {{"Type", "type"},
          {"Source", "source"},
          {"Destination", "destination"},
          {"RW", "writable"}},
         mount);
    facts.push_back(std::move(mount));
  }
  return facts;
}

/// `{"8000/tcp": ["127.0.0.1:8000"]}`
json::object ports(const json::object& network) {
  json::object facts;
  for (const auto& [port, value] : object_at(network, "Ports")) {
    if (facts.size() == items_max) break;
    json::array bindings;
    if (const auto* all = value.if_array()) {
      for (const json::value& item : *all) {
        const auto* one = item.if_object();
        if (one == nullptr) continue;
        bindings.push_back(shown_text(std::string(text_at(*one, "HostIp")) + ":" +
                                      std::string(text_at(*one, "HostPort"))));
      }
    }
    facts[printable(port, 40)] = std::move(bindings);
  }
  return facts;
}

json::object networks(const json::object& network) {
  json::object facts;
  for (const auto& [name, value] : object_at(network, "Networks")) {
    const auto* one = value.if_object();
    if (one == nullptr || facts.size() == items_max) continue;
    facts[printable(name, 100)] = shown_text(text_at(*one, "IPAddress"));
  }
  return facts;
}

std::vector<std::string> secrets_of(const json::object& config) {
  std::vector<std::string> secrets;
  const json::array* environment = array_at(config, "Env");
  if (environment == nullptr) return secrets;
  for (const json::value& item : *environment) {
    const auto* text = item.if_string();
    const std::string_view entry = text == nullptr ? std::string_view() : std::string_view(*text);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = entry.substr(equals + 1);
    if (names_secret(entry.substr(0, equals))) secrets.emplace_back(value);
    std::string password = password_in_url(value);
    if (!password.empty()) secrets.push_back(std::move(password));
  }
  return secrets;
}

json::object facts_of(const json::object& container) {
  json::object facts;
  const std::string_view name = text_at(container, "Name");
  facts["name"] = json::string(printable(name.starts_with('/') ? name.substr(1) : name, 200));
  take(container,
       {{"Id", "id"},
        {"Created", "created_at"},
        {"RestartCount", "restart_count"},
        {"Image", "image_id"},
        {"Path", "path"},
        {"Platform", "platform"}},
       facts);
  const json::object& config = object_at(container, "Config");
  take(config,
       {{"Image", "image"},
        {"User", "user"},
        {"WorkingDir", "working_directory"},
        {"Hostname", "hostname"}},
       facts);
  const json::object& state = object_at(container, "State");
  json::object told;
  take(state,
       {{"Status", "status"},
        {"ExitCode", "exit_code"},
        {"Error", "error"},
        {"OOMKilled", "oom_killed"},
        {"Pid", "pid"},
        {"StartedAt", "started_at"},
        {"FinishedAt", "finished_at"}},
       told);
  facts["state"] = std::move(told);
  if (json::object checks = health(state); !checks.empty()) facts["health"] = std::move(checks);
  take_command(container, "Args", "arguments", facts);
  take_command(config, "Entrypoint", "entrypoint", facts);
  take_command(config, "Cmd", "command", facts);
  take_command(object_at(config, "Healthcheck"), "Test", "health_check", facts);
  const json::object& host = object_at(container, "HostConfig");
  take(host,
       {{"Memory", "memory_limit_bytes"},
        {"NanoCpus", "cpu_limit_nano"},
        {"NetworkMode", "network_mode"}},
       facts);
  take(object_at(host, "RestartPolicy"), {{"Name", "restart_policy"}}, facts);
  facts["labels"] = labels(config);
  facts["mounts"] = mounts(container);
  const json::object& network = object_at(container, "NetworkSettings");
  facts["ports"] = ports(network);
  facts["networks"] = networks(network);
  return facts;
}

}  // namespace

Result<ShownContainer> show_container(std::string_view answer) {
  boost::system::error_code error;
  const json::value value = json::parse({answer.data(), answer.size()}, error);
  const auto* container = error ? nullptr : value.if_object();
  if (container == nullptr || text_at(*container, "Id").empty()) {
    return failure(Fault::malformed, "what the engine says of a container is not understood");
  }
  return ShownContainer{.facts = facts_of(*container),
                        .secrets = secrets_of(object_at(*container, "Config"))};
}

std::vector<std::string> masked_command(const std::vector<std::string>& words) {
  std::vector<std::string> shown;
  bool is_secret = false;
  for (const std::string& word : words) {
    shown.push_back(is_secret ? std::string("***") : without_credentials(word));
    const bool is_option = word.starts_with('-') && !word.contains('=');
    is_secret = is_option && names_secret(word);
  }
  return shown;
}

}  // namespace ripcord::probe::docker
