#pragma once

#include "act/posix.hpp"
#include "act/record.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace ripcord::act {

/// The files of a run directory (docs/runs.md).
namespace run_file {
inline constexpr const char* facts = "facts";      ///< what the step is told; complete when there
inline constexpr const char* lock = "lock";        ///< locked by the keeper while the run goes on
inline constexpr const char* shim = "shim";        ///< ShimRecord
inline constexpr const char* started = "started";  ///< StartedRecord
inline constexpr const char* result = "result";    ///< ResultRecord
inline constexpr const char* output = "output";    ///< what the command printed
}  // namespace run_file

enum class Durability : std::uint8_t {
  lasting,    ///< survives the loss of power: file and directory are synced
  this_boot,  ///< survives every process, but not the machine
};

/// One run directory, held open: what is done through it goes to that directory, whatever its
/// path means later.
class RunDirectory {
 public:
  [[nodiscard]] static Result<RunDirectory> open(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// False only when the file is certainly not there: a directory that cannot be read has it.
  [[nodiscard]] bool may_have(const char* name) const;

  /// Makes everything that a run will need, so that no later step of it fails for want of space
  /// or inodes: `lock`, `output`, a reserve for each record. `facts` is written last, by the
  /// caller. May be repeated.
  [[nodiscard]] Result<void> prepare() const;

  /// Undoes prepare(), so that the directory can be removed. Pre: nothing was started in it.
  void clear() const;

  /// Fault::missing when it is not there, Fault::malformed when it cannot be believed.
  [[nodiscard]] Result<Fields> read(const char* name) const;

  /// Puts a record in place, whole or not at all. Uses the reserve made by prepare(), so that it
  /// works on a full disk: the space is there, and renaming a file needs none.
  [[nodiscard]] Result<void> write(const char* name, const Fields& fields,
                                   Durability durability) const;

  /// Opens `output` for appending.
  [[nodiscard]] Result<Descriptor> open_output() const;

  /// The last `bytes_max` bytes of `output`; empty when there is none.
  [[nodiscard]] std::string output_tail(std::size_t bytes_max) const;

  /// Makes the directory's existence, with the names in it, survive the loss of power: syncs it
  /// and its two parents.
  [[nodiscard]] Result<void> sync() const;

  /// Takes the lock for as long as the returned descriptor lives. Fault::busy when another
  /// process has it. It is a POSIX record lock: not inherited by children, gone with the process,
  /// and given up when *any* descriptor of the file is closed: take it once and touch `lock` no
  /// more.
  [[nodiscard]] Result<Descriptor> take_lock() const;

  /// Who has the lock, asked without taking it. Nothing when nobody, or when it is ourselves; an
  /// Error when that cannot be told now.
  [[nodiscard]] Result<std::optional<pid_t>> lock_holder() const;

 private:
  RunDirectory(Descriptor directory, std::string path);

  [[nodiscard]] Descriptor open_file(const std::string& name, int flags) const;
  [[nodiscard]] Result<void> reserve(const char* name) const;
  [[nodiscard]] std::string path_of(const std::string& name) const;

  Descriptor directory_;
  std::string path_;
};

}  // namespace ripcord::act
