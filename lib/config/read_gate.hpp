#pragma once

#include "config/mistakes.hpp"
#include "config/readers.hpp"
#include "config/table_reader.hpp"
#include "gate/settings.hpp"

#include <string>
#include <vector>

namespace ripcord::config {

/// What the gates of a service may ask about. Borrowed.
struct GateSubjects {
  const std::vector<ReadProbe>& probes;
  const std::vector<std::string>& way_back;  ///< see ReadRecipe
};

/// `[service.NAME.gate.NAME]`, in order of the names.
[[nodiscard]] std::vector<gate::Settings> read_gates(TableReader& service, GateSubjects subjects,
                                                     Mistakes& mistakes);

/// The programs that the gate behind `from` runs, each with the key that names it; for
/// missing_programs(). Pre: nothing is wrong with it.
struct GateProgram {
  std::string_view key;
  std::vector<std::string> run;
};
[[nodiscard]] std::vector<GateProgram> programs_of_gate(const NamedTable& from, Mistakes& mistakes);

}  // namespace ripcord::config
