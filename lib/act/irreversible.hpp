#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ripcord::act {

/// Listens to what a command prints, in pieces of any size, for the line
/// `ripcord: irreversible: REASON`: from then on a rollback would do harm. The first one counts.
class IrreversibleListener {
 public:
  static constexpr std::string_view mark = "ripcord: irreversible:";
  static constexpr std::size_t reason_bytes_max = 300;

  void hear(std::string_view bytes);

  /// Why; empty when the command did not say so. A last line without its end counts too.
  [[nodiscard]] std::string reason() const;

 private:
  [[nodiscard]] static bool may_be_it(std::string_view line);

  std::string line_;       ///< the present one, as long as it may be it
  bool is_other_ = false;  ///< it is not
  bool is_heard_ = false;  ///< `line_` is it, whole
};

}  // namespace ripcord::act
