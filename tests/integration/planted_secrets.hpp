#pragma once

#include "tests/integration/inbox.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace ripcord::test {

/// A receiver whose URL, signature and token are secrets, which takes nothing and repeats all that
/// it is sent: whatever a daemon says or writes, it must not show one of them.
class PlantedSecrets {
 public:
  /// Writes the files with the secrets into `folder`, which does not exist yet.
  explicit PlantedSecrets(std::filesystem::path folder);

  /// The receiver, as a part of a configuration.
  [[nodiscard]] std::string configuration() const;
  /// The secrets that `text` shows; what they are called, with a comma between.
  [[nodiscard]] static std::string shown_in(const std::string& text);
  /// The files below `folder` that show a secret, apart from those that keep them: `"PATH: NAMES"`;
  /// and why `folder` could not be searched to its end.
  [[nodiscard]] std::vector<std::string> shown_below(const std::filesystem::path& folder) const;

 private:
  [[nodiscard]] std::vector<std::string> look_below(const std::filesystem::path& folder,
                                                    std::error_code& error) const;

  std::filesystem::path folder_;
  Inbox inbox_;
};

}  // namespace ripcord::test
