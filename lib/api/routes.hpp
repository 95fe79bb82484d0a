#pragma once

#include "net/http_message.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

enum class Operation : std::uint8_t {
  status,
  service,
  start,
  finish,
  fail,
  promote,
  hold,
  resume,
  roll_back,
  abort,
  signal,
  gate,
  probe,
  deployments,
  deployment,
  explanation,
  evidence,
  evidence_file,
  dora,
  silences,
  silence,
  end_silence,
  receivers,
  test_receiver,
  alerts,
  events,
  reload,
};

/// One line of the table of resources.
struct Route {
  std::string_view method;
  std::string_view path;  ///< a segment in braces stands for a name
  Operation operation{};
};

/// The resources of the unix socket.
[[nodiscard]] std::span<const Route> control_routes();

/// The paths of the TCP port.
[[nodiscard]] std::span<const std::string_view> public_paths();

struct Parameter {
  std::string name;
  std::string value;
};

/// What a request asks for, percent-decoded.
struct Call {
  Operation operation{};
  bool only_reads = true;  ///< a GET
  std::string name;        ///< what stands in the place of the braces; empty when there are none
  std::string file;        ///< of the second ones
  std::vector<Parameter> query;
};

/// Finds the resource of the unix socket that is meant, or says what is wrong: 400 for a target
/// that is no path and query, 404, 405. HEAD is taken as GET.
[[nodiscard]] std::expected<Call, net::Reply> find_route(const net::Request& request);

/// The path of `target`, without its query. Not decoded.
[[nodiscard]] std::string_view path_of(std::string_view target);

}  // namespace ripcord::api
