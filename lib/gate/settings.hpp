#pragma once

#include "base/time.hpp"
#include "deploy/gate.hpp"
#include "net/http_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ripcord::gate {

/// A program with its arguments. No shell: `run[0]` is an absolute path.
struct Command {
  std::vector<std::string> run;
  std::string user = {};                                      ///< empty: the daemon's own
  std::string workdir = {};                                   ///< empty: `/`
  std::vector<std::pair<std::string, std::string>> env = {};  ///< over PATH, HOME, USER and LOGNAME
  Duration timeout = std::chrono::minutes(1);

  friend bool operator==(const Command&, const Command&) = default;
};

// Where the facts of each kind of gate come from.

/// Nothing has to be asked: a window, a checklist, what the engine knows anyway.
struct NothingToAsk {
  friend bool operator==(const NothingToAsk&, const NothingToAsk&) = default;
};

struct BackupSource {
  std::string files;              ///< a pattern as the shell has it (glob(7)), absolute
  std::optional<Command> verify;  ///< is given the newest file as its last argument
  Duration timeout = std::chrono::minutes(1);  ///< of looking for the files

  friend bool operator==(const BackupSource&, const BackupSource&) = default;
};

/// A named value of a probe, as the engine knows it.
struct QuietSource {
  std::string probe;
  std::string value;

  friend bool operator==(const QuietSource&, const QuietSource&) = default;
};

/// The deployments of another ripcord: its API, or a file with what that would answer.
struct StagingSource {
  std::string service;              ///< as it is called there
  std::optional<net::Place> place;  ///< nothing: `file` is read
  std::string prefix;               ///< of the API's paths: what stands before `/api/v1`
  std::string token_file;           ///< RFC 6750; empty: none is shown
  std::string file;
  Duration timeout = std::chrono::seconds(10);

  friend bool operator==(const StagingSource&, const StagingSource&) = default;
};

struct ReadySource {
  std::string image;  ///< `"shop:{version}"`, for the version to go back to; empty: none is needed
  std::uint32_t probe = 0;          ///< whose Docker engine has the image: place among the probes
  std::optional<Command> database;  ///< exits with 0 when the database can go back
  Duration timeout = std::chrono::seconds(10);

  friend bool operator==(const ReadySource&, const ReadySource&) = default;
};

struct ExecSource {
  Command command;

  friend bool operator==(const ExecSource&, const ExecSource&) = default;
};

using Source =
    std::variant<NothingToAsk, BackupSource, QuietSource, StagingSource, ReadySource, ExecSource>;

/// One gate of a service: what it demands, and where it looks.
struct Settings {
  deploy::Gate gate;
  Source source;

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What is asked about.
struct Question {
  std::string service;
  std::string version;            ///< empty: of no version in particular
  std::string previous_version;   ///< where a rollback would lead; empty: nowhere
  std::string deployment;         ///< empty: nobody deploys yet
  std::string irreversible = {};  ///< why what runs of it cannot be undone; empty: it can
};

}  // namespace ripcord::gate
