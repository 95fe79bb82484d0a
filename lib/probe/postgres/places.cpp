#include "probe/postgres/places.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <libpq-fe.h>
#include <memory>
#include <string_view>

namespace ripcord::probe::postgres {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::string value_of(const Options& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == keyword) return option->val == nullptr ? "" : option->val;
  }
  return {};
}

/// The port of the host at `index`; one that is alone counts for all.
std::string port_of(const std::vector<std::string_view>& ports, std::size_t index) {
  const std::size_t place = ports.size() == 1 ? 0 : index;
  const std::string_view port = place < ports.size() ? ports[place] : std::string_view();
  return std::string(port.empty() ? "5432" : port);
}

}  // namespace

bool Place::needs_lookup() const {
  return address.empty() && !host.empty() && host.front() != '/' && host.front() != '@';
}

std::string to_string(const Place& place) {
  const bool is_v6 = place.host.contains(':');
  std::string name = place.host.empty() ? place.address : place.host;
  if (name.empty()) return fmt::format("the default socket, port {}", place.port);
  if (is_v6) name = fmt::format("[{}]", name);
  const bool says_more =
      !place.address.empty() && !place.host.empty() && place.address != place.host;
  return printable(says_more ? fmt::format("{}:{} ({})", name, place.port, place.address)
                             : fmt::format("{}:{}", name, place.port));
}

Tried<std::vector<Place>> places_of(const std::string& dsn) {
  // Only a connection knows what applies to it, and starting one looks names up. So one is started
  // that has a value which libpq refuses after it has read everything, and before it goes anywhere.
  static constexpr const char* refused = "none-of-these";
  const std::array keywords{"dbname", "channel_binding", static_cast<const char*>(nullptr)};
  const std::array values{dsn.c_str(), refused, static_cast<const char*>(nullptr)};
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectStartParams(keywords.data(), values.data(), 1), &PQfinish);
  if (!connection) return std::unexpected(Trouble{.state = State::own, .message = "no memory"});
  const std::string_view said = PQerrorMessage(connection.get());
  if (!said.contains(refused)) return std::unexpected(parse_trouble(said));

  const Options options(PQconninfo(connection.get()), &PQconninfoFree);
  if (!options) return std::unexpected(Trouble{.state = State::own, .message = "no memory"});
  const std::string all_hosts = value_of(options, "host");
  const std::string all_addresses = value_of(options, "hostaddr");
  const std::string all_ports = value_of(options, "port");
  const auto hosts = split(all_hosts, ',');
  const auto addresses = split(all_addresses, ',');
  const auto ports = split(all_ports, ',');
  std::vector<Place> places;
  for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
    places.push_back({.host = i < hosts.size() ? std::string(hosts[i]) : "",
                      .address = i < addresses.size() ? std::string(addresses[i]) : "",
                      .port = port_of(ports, i)});
  }
  return places;
}

}  // namespace ripcord::probe::postgres
