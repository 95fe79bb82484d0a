#pragma once

#include "ripcord/command_line.hpp"

#include <CLI/App.hpp>

namespace ripcord::cli {

// The options of commands that begin a deployment.

/// SERVICE and what is said of the deployment. Borrows `what` for as long as `command` lives.
void add_new_deployment(CLI::App& command, NewDeployment& what);

/// What is said to the gate. Borrows `gate` as above.
void add_gate_words(CLI::App& command, GateWords& gate);

/// Throws CLI::ParseError unless each override has a reason.
void check_gate_words(const GateWords& gate);

/// For a command with commands of its own, of which one was given: throws CLI::ParseError when one
/// of its own options was given too, which would not be heard.
void refuse_own_options(const CLI::App& command);

}  // namespace ripcord::cli
