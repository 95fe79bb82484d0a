#pragma once

#include "base/time.hpp"
#include "evidence/archive.hpp"
#include "evidence/exhibit.hpp"
#include "evidence/source.hpp"

#include <string>
#include <vector>

namespace ripcord::evidence {

/// How a capture went.
struct Capture {
  Instant began_at;
  Duration took{};
  std::vector<Asked> asked;
  std::vector<std::string> not_written;  ///< files, and why

  /// What is missing of it, a line each: `"probe db: no answer within 2s"`.
  [[nodiscard]] std::vector<std::string> gaps() const;
};

/// `capture.json` of a capture that has ended.
[[nodiscard]] Exhibit capture_exhibit(const Capture& capture);
/// The same of one that begins: if it stays, the daemon was killed meanwhile.
[[nodiscard]] Exhibit beginning_exhibit(Instant at);
/// Marks evidence that nothing will be added to any more: `ended.txt`.
[[nodiscard]] Exhibit ending_exhibit(Instant at);
inline constexpr const char* ending_file = "ended.txt";

/// Writes each without `secrets`. Blocks on the disk. The first failure, if there is one; the
/// others are written all the same.
[[nodiscard]] Result<void> put_all(const Archive& archive, const std::string& deployment,
                                   std::vector<Exhibit> exhibits,
                                   const std::vector<std::string>& secrets);

/// Writes what was collected, without its secrets, then `capture.json` and `summary.txt`. Blocks on
/// the disk. A file that cannot be written is noted, and the others are written all the same.
void write_capture(const Archive& archive, const std::string& deployment, Collected collected,
                   Capture& capture);

/// `"partial"` unless the capture came to its end; `"complete"` once the deployment has ended and
/// all that came of it was added; between them `"captured"`.
[[nodiscard]] std::string state_of(const Archive& archive, const std::string& deployment);

/// Makes `summary.txt` and `index.html` anew, of what is there.
[[nodiscard]] Result<void> render(const Archive& archive, const std::string& deployment);

}  // namespace ripcord::evidence
