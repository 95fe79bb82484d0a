#pragma once

#include "base/result.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/usage.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::docker {

// What the engine says, as values. Fields that nobody asked for are ignored, and so are wrong ones
// that do not matter: engines of every version add some. Fault::malformed, in words, otherwise.

/// The answer to `GET /containers/json`. A container without an id is left out.
[[nodiscard]] Result<std::vector<Listed>> parse_list(std::string_view text);
/// The answer to `GET /containers/ID/json`.
[[nodiscard]] Result<Container> parse_container(std::string_view text);
/// The answer to `GET /containers/ID/stats`. Fault::missing when the container does not run.
[[nodiscard]] Result<Usage> parse_usage(std::string_view text);
/// One object of `GET /events`; nothing when it is no event of a container.
[[nodiscard]] std::optional<ContainerEvent> parse_event(std::string_view text);
/// The words of an error: of `{"message": "…"}`, or plain text. Printable, one line, short.
[[nodiscard]] std::string parse_message(std::string_view body);

/// Whether versions such as `"1.41"` are in order: -1, 0 or 1; nothing when one of them is none.
[[nodiscard]] std::optional<int> compare_versions(std::string_view a, std::string_view b);

/// Splits a stream into the JSON objects in it, wherever its pieces were cut. What stands between
/// them (line ends, record separators) is skipped.
class ObjectSplitter {
 public:
  /// The objects that `bytes` complete. Fault::malformed when something else than an object comes,
  /// Fault::too_large for an object beyond 256 KiB: the stream is of no use then.
  [[nodiscard]] Result<std::vector<std::string>> take(std::string_view bytes);

 private:
  [[nodiscard]] Result<void> take(char c, std::vector<std::string>& complete);

  std::string object_;  ///< as far as it has come
  int depth_ = 0;
  bool in_text_ = false;
  bool escaped_ = false;
};

}  // namespace ripcord::probe::docker
