#include "ripcord/telling_options.hpp"

#include <CLI/CLI.hpp>

namespace ripcord::cli {

void add_silence(CLI::App& command, SilenceCommand& silence) {
  command.add_option("SERVICE", silence.service, "The service")->required();
  command.add_option("--for", silence.length, "How long: 30m, 2h")->required();
  command.add_option("--reason", silence.reason, "Why: kept in the history for ever")->required();
  command.add_option("--trigger", silence.trigger, "Only this one; every one unless told");
}

void add_unsilence(CLI::App& command, UnsilenceCommand& unsilence) {
  command.add_option("NUMBER", unsilence.number, "Its number")->required();
}

void add_notify_test(CLI::App& command, NotifyTestCommand& test) {
  command.add_option("RECEIVER", test.receiver, "The NAME of [notify.NAME]")->required();
}

}  // namespace ripcord::cli
