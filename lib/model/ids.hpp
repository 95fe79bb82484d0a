#pragma once

#include <compare>
#include <cstdint>

namespace ripcord {

/// Places in the engine's tables. The hot path knows integers only; names are for people.
enum class ServiceId : std::uint32_t {};

/// The `index`-th probe of a service.
struct ProbeId {
  ServiceId service{};
  std::uint32_t index = 0;

  friend auto operator<=>(const ProbeId&, const ProbeId&) = default;
};

/// Names one waiting caller, so that the answer to a command finds its way back.
enum class Ticket : std::uint64_t {};

}  // namespace ripcord
