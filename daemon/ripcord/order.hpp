#pragma once

#include "ripcord/command_line.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace ripcord::cli {

// What commands send to the daemon: bodies of docs/api.md.

/// Of a deployment that somebody's pipeline carries out.
[[nodiscard]] boost::json::object announcement(const NewDeployment& what);
/// Of one that the daemon carries out.
[[nodiscard]] boost::json::object drive_order(const NewDeployment& what, const GateWords& gate);
/// Of a question to the gate; `version` may be empty.
[[nodiscard]] boost::json::object gate_question(const std::string& version, const GateWords& gate);
/// `{"reason": …}`.
[[nodiscard]] boost::json::object with_reason(const std::string& reason);
/// Adds `confirmations` and `overrides`, as far as there are any. Pre: check_gate_words() has
/// passed.
void add_gate_words(boost::json::object& body, const GateWords& gate);

}  // namespace ripcord::cli
