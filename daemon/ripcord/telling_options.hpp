#pragma once

#include "ripcord/command_line.hpp"

#include <CLI/App.hpp>

namespace ripcord::cli {

// The options of the commands of who is told. Each borrows what it reads into for as long as
// `command` lives.

void add_silence(CLI::App& command, SilenceCommand& silence);
void add_unsilence(CLI::App& command, UnsilenceCommand& unsilence);
void add_notify_test(CLI::App& command, NotifyTestCommand& test);

}  // namespace ripcord::cli
