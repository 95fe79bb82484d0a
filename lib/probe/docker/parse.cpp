#include "probe/docker/parse.hpp"

#include "base/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <utility>

namespace json = boost::json;

namespace ripcord::probe::docker {
namespace {

constexpr std::size_t object_bytes_max = 256UL * 1024;
constexpr char record_separator = '\x1e';

/// What stands at a path of keys; null when one of them is not there.
const json::value* at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* found = &root;
  for (const std::string_view key : path) {
    const auto* object = found->if_object();
    found = object == nullptr ? nullptr : object->if_contains(key);
    if (found == nullptr) return nullptr;
  }
  return found;
}

std::string text_at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* found = at(root, path);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

bool flag_at(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* found = at(root, path);
  const auto* flag = found == nullptr ? nullptr : found->if_bool();
  return flag != nullptr && *flag;
}

/// A whole number of any kind that JSON knows; nothing when it is negative or none.
std::optional<std::uint64_t> count_of(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (const auto* large = value->if_uint64()) return *large;
  if (const auto* small = value->if_int64(); small != nullptr && *small >= 0) {
    return static_cast<std::uint64_t>(*small);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> count_at(const json::value& root,
                                      std::initializer_list<std::string_view> path) {
  return count_of(at(root, path));
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

std::optional<json::value> parsed(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error) return std::nullopt;
  return value;
}

std::unexpected<Error> not_understood(std::string_view what, std::string_view text) {
  return failure(Fault::malformed, fmt::format("{}: got \"{}\"", what, printable(trim(text), 80)));
}

std::string without_slash(std::string_view name) {
  return std::string(name.starts_with('/') ? name.substr(1) : name);
}

ComposeLabels compose_in(const json::value* labels) {
  if (labels == nullptr) return {};
  const auto label = [&](std::string_view name) { return text_at(*labels, {name}); };
  return {.project = label("com.docker.compose.project"),
          .service = label("com.docker.compose.service"),
          .number = label("com.docker.compose.container-number"),
          .oneoff = label("com.docker.compose.oneoff") == "True"};
}

/// The zero of Go's clock, and whatever cannot be read, is the zero of ours.
Instant instant_at(const json::value& root, std::initializer_list<std::string_view> path) {
  const auto instant = parse_instant(text_at(root, path));
  return instant && *instant > Instant{} ? *instant : Instant{};
}

Health health_of(std::string_view status) {
  if (status == "starting") return Health::starting;
  if (status == "healthy") return Health::healthy;
  if (status == "unhealthy") return Health::unhealthy;
  return Health::none;
}

template <class Small>
Small clamped(std::optional<std::uint64_t> value) {
  constexpr std::uint64_t max = std::numeric_limits<Small>::max();
  return static_cast<Small>(std::min(value.value_or(0), max));
}

/// The sum of one member over all entries; nothing when there is no entry.
std::optional<std::uint64_t> sum_over(const json::value* entries, std::string_view member) {
  const auto* object = entries == nullptr ? nullptr : entries->if_object();
  if (object == nullptr || object->empty()) return std::nullopt;
  std::uint64_t sum = 0;
  for (const auto& entry : *object) sum += count_at(entry.value(), {member}).value_or(0);
  return sum;
}

/// The bytes of one operation over all devices; nothing when the engine told of no list at all.
std::optional<std::uint64_t> block_bytes(const json::value& stats, std::string_view operation) {
  const json::value* list = at(stats, {"blkio_stats", "io_service_bytes_recursive"});
  const auto* entries = list == nullptr ? nullptr : list->if_array();
  if (entries == nullptr) return std::nullopt;
  std::uint64_t sum = 0;
  for (const json::value& entry : *entries) {
    std::string op = text_at(entry, {"op"});
    if (!op.empty() && op[0] >= 'A' && op[0] <= 'Z') op[0] = static_cast<char>(op[0] - 'A' + 'a');
    if (op == operation) sum += count_at(entry, {"value"}).value_or(0);
  }
  return sum;
}

/// What is in use, as `docker stats` shows it: without the page cache that can be dropped.
std::optional<std::uint64_t> memory_in(const json::value& stats) {
  const auto usage = count_at(stats, {"memory_stats", "usage"});
  if (!usage) return std::nullopt;
  auto inactive = count_at(stats, {"memory_stats", "stats", "total_inactive_file"});
  if (!inactive) inactive = count_at(stats, {"memory_stats", "stats", "inactive_file"});
  return *usage - (inactive && *inactive < *usage ? *inactive : 0);
}

/// How many CPUs `system_cpu_usage` is the sum of; 0 when the engine does not say.
std::uint64_t cpus_in(const json::value& stats) {
  const auto online = count_at(stats, {"cpu_stats", "online_cpus"}).value_or(0);
  if (online > 0) return online;
  const json::value* each = at(stats, {"cpu_stats", "cpu_usage", "percpu_usage"});
  const auto* list = each == nullptr ? nullptr : each->if_array();
  return list == nullptr ? 0 : list->size();
}

}  // namespace

Result<std::vector<Listed>> parse_list(std::string_view text) {
  const auto value = parsed(text);
  const auto* entries = value ? value->if_array() : nullptr;
  if (entries == nullptr) return not_understood("the list of containers is none", text);
  std::vector<Listed> list;
  for (const json::value& entry : *entries) {
    Listed listed{.id = text_at(entry, {"Id"}), .names = {}, .compose = {}};
    if (listed.id.empty()) continue;
    const json::value* names = at(entry, {"Names"});
    if (const auto* each = names == nullptr ? nullptr : names->if_array()) {
      for (const json::value& name : *each) {
        if (const auto* written = name.if_string()) {
          listed.names.push_back(without_slash({written->data(), written->size()}));
        }
      }
    }
    listed.compose = compose_in(at(entry, {"Labels"}));
    list.push_back(std::move(listed));
  }
  return list;
}

Result<Container> parse_container(std::string_view text) {
  const auto value = parsed(text);
  if (!value || text_at(*value, {"Id"}).empty() || text_at(*value, {"State", "Status"}).empty()) {
    // Its environment may hold secrets, so nothing of it is shown.
    return failure(Fault::malformed, "what the engine says of a container is not understood");
  }
  Container container;
  container.id = text_at(*value, {"Id"});
  container.name = without_slash(text_at(*value, {"Name"}));
  container.image = text_at(*value, {"Config", "Image"});
  container.image_id = text_at(*value, {"Image"});
  container.status = text_at(*value, {"State", "Status"});
  container.error = text_at(*value, {"State", "Error"});
  container.exit_code = clamped<int>(count_at(*value, {"State", "ExitCode"}));
  container.oom_killed = flag_at(*value, {"State", "OOMKilled"});
  container.health = health_of(text_at(*value, {"State", "Health", "Status"}));
  container.restart_count = clamped<std::uint32_t>(count_at(*value, {"RestartCount"}));
  container.created_at = instant_at(*value, {"Created"});
  container.started_at = instant_at(*value, {"State", "StartedAt"});
  container.pid = clamped<std::uint32_t>(count_at(*value, {"State", "Pid"}));
  container.tty = flag_at(*value, {"Config", "Tty"});
  container.network_mode = text_at(*value, {"HostConfig", "NetworkMode"});
  container.compose = compose_in(at(*value, {"Config", "Labels"}));
  return container;
}

Result<Usage> parse_usage(std::string_view text) {
  const auto value = parsed(text);
  if (!value) return not_understood("the statistics are none", text);
  const auto cpu = count_at(*value, {"cpu_stats", "cpu_usage", "total_usage"});
  const auto system = count_at(*value, {"cpu_stats", "system_cpu_usage"});
  const std::uint64_t cpus = cpus_in(*value);
  const auto limit = count_at(*value, {"memory_stats", "limit"});
  if (!cpu || !system || cpus == 0 || limit.value_or(0) == 0) {
    return failure(Fault::missing, "the engine has no statistics of a container that does not run");
  }
  return Usage{.cpu_ns = *cpu,
               .clock_ns = *system / cpus,
               .by_engine = true,
               .memory = memory_in(*value),
               .memory_limit = limit,
               .pids = count_at(*value, {"pids_stats", "current"}),
               .network_received = sum_over(at(*value, {"networks"}), "rx_bytes"),
               .network_sent = sum_over(at(*value, {"networks"}), "tx_bytes"),
               .block_read = block_bytes(*value, "read"),
               .block_written = block_bytes(*value, "write")};
}

std::optional<ContainerEvent> parse_event(std::string_view text) {
  const auto value = parsed(text);
  if (!value || text_at(*value, {"Type"}) != "container") return std::nullopt;
  const json::value* attributes = at(*value, {"Actor", "Attributes"});
  ContainerEvent event;
  event.id = text_at(*value, {"Actor", "ID"});
  event.action = text_at(*value, {"Action"});
  if (event.id.empty() || event.action.empty()) return std::nullopt;
  if (event.action == "died") event.action = "die";  // Podman
  if (const auto time = count_at(*value, {"timeNano"})) {
    event.time_ns = clamped<std::int64_t>(time);
  }
  event.compose = compose_in(attributes);
  if (attributes == nullptr) return event;
  event.name = text_at(*attributes, {"name"});
  event.exit_code = number_in<int>(text_at(*attributes, {"exitCode"}));
  if (!event.exit_code) {
    event.exit_code = number_in<int>(text_at(*attributes, {"containerExitCode"}));
  }
  event.signal = number_in<int>(text_at(*attributes, {"signal"})).value_or(0);
  return event;
}

std::string parse_message(std::string_view body) {
  const auto value = parsed(body);
  const std::string message = value ? text_at(*value, {"message"}) : std::string();
  return printable(trim(message.empty() ? body : message), 160);
}

std::optional<int> compare_versions(std::string_view a, std::string_view b) {
  const auto parts = [](std::string_view text) -> std::optional<std::array<unsigned, 2>> {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto major = number_in<unsigned>(text.substr(0, dot));
    const auto minor = number_in<unsigned>(text.substr(dot + 1));
    if (!major || !minor) return std::nullopt;
    return std::array{*major, *minor};
  };
  const auto one = parts(a);
  const auto other = parts(b);
  if (!one || !other) return std::nullopt;
  if (*one == *other) return 0;
  return *one < *other ? -1 : 1;
}

Result<std::vector<std::string>> ObjectSplitter::take(std::string_view bytes) {
  std::vector<std::string> complete;
  for (const char c : bytes) {
    if (Result<void> taken = take(c, complete); !taken) {
      return std::unexpected(std::move(taken).error());
    }
  }
  return complete;
}

Result<void> ObjectSplitter::take(char c, std::vector<std::string>& complete) {
  if (depth_ == 0 && c != '{') {
    const bool is_gap = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == record_separator;
    if (is_gap) return {};
    return not_understood("a stream of JSON objects was expected", std::string_view(&c, 1));
  }
  object_ += c;
  if (object_.size() > object_bytes_max) {
    return failure(Fault::too_large, fmt::format("an object of the stream is larger than {} bytes",
                                                 object_bytes_max));
  }
  if (in_text_) {
    const bool ends = c == '"' && !escaped_;
    escaped_ = c == '\\' && !escaped_;
    in_text_ = !ends;
  } else if (c == '"') {
    in_text_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && --depth_ == 0) {
    complete.push_back(std::exchange(object_, {}));
  }
  return {};
}

}  // namespace ripcord::probe::docker
