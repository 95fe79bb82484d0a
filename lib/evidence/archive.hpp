#pragma once

#include "base/result.hpp"
#include "evidence/exhibit.hpp"
#include "evidence/settings.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::evidence {

/// What stands in a directory of evidence, by name.
using Files = std::map<std::string, std::string>;

struct Listed {
  std::string file;
  std::uint64_t bytes = 0;
};

/// The directories `FOLDER/DEPLOYMENT/`. Every call but directory() blocks on the disk; nothing is
/// synced: evidence may be lost with the machine, a rollback must not wait for it.
class Archive {
 public:
  static constexpr std::size_t file_bytes_max = std::size_t{8} * 1024 * 1024;

  explicit Archive(std::string folder) : folder_(std::move(folder)) {}

  /// Where the evidence of a deployment is, or would be.
  [[nodiscard]] std::string directory(std::string_view deployment) const;

  /// Makes the directory of a deployment, for its owner and group alone: whoever succeeds captures,
  /// once. Fault::exists when it is there already, Fault::malformed for an id that cannot name one.
  [[nodiscard]] Result<void> claim(const std::string& deployment) const;
  /// Whether claim() was ever called for it.
  [[nodiscard]] bool has(const std::string& deployment) const;

  /// Puts a file in place, whole or not at all. Pre: is_file_name(file).
  [[nodiscard]] Result<void> put(const std::string& deployment, const std::string& file,
                                 std::string_view bytes) const;
  [[nodiscard]] Result<void> put(const std::string& deployment, const Exhibit& exhibit) const {
    return put(deployment, exhibit.file, to_bytes(exhibit));
  }

  /// The regular files that is_file_name() is true for, in order of name; nothing else counts.
  /// Fault::missing when there is no such directory.
  [[nodiscard]] Result<std::vector<Listed>> list(const std::string& deployment) const;
  /// One of them. Fault::missing for whatever list() does not name.
  [[nodiscard]] Result<std::string> read(const std::string& deployment,
                                         const std::string& file) const;
  /// All of them, but for those that cannot be read or are beyond 1 MiB.
  [[nodiscard]] Result<Files> read_all(const std::string& deployment) const;

  /// What is kept of the last good version of a service; it counts for no limit.
  [[nodiscard]] Result<void> keep_good(const std::string& service,
                                       const boost::json::value& facts) const;
  [[nodiscard]] Result<std::string> good(const std::string& service) const;

  /// The deployments that there is evidence of, oldest capture first.
  [[nodiscard]] std::vector<std::string> deployments() const;

  /// Removes the oldest evidence until no more is left than `settings` allow; never that of a
  /// deployment in `open`. Nothing is followed that is a link. What was removed.
  [[nodiscard]] std::vector<std::string> prune(const Settings& settings,
                                               const std::set<std::string>& open) const;

 private:
  [[nodiscard]] std::uint64_t bytes_of(const std::string& deployment) const;

  std::string folder_;
};

}  // namespace ripcord::evidence
