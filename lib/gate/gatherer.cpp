#include "gate/gatherer.hpp"

#include "gate/backup_files.hpp"
#include "gate/readiness.hpp"
#include "gate/staging.hpp"
#include "net/before.hpp"
#include "net/task_group.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace ripcord::gate {
namespace {

/// What the machine says of the way back, but for what others have to be asked.
struct Machine {
  std::vector<deploy::ProgramFact> programs;
  std::optional<std::uint64_t> disk_bytes_free;
};

}  // namespace

/// The gates that are being looked after together.
struct Gatherer::Round {
  Question question;
  deploy::GateFacts facts;
  std::size_t left = 0;
  std::exception_ptr bug;
  net::Wakeup done;
};

Gatherer::Gatherer(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                   net::BlockingPool& pool, Hands& hands, std::string state_dir)
    : executor_(std::move(executor)),
      clock_(clock),
      resolver_(resolver),
      pool_(pool),
      hands_(hands),
      state_dir_(std::move(state_dir)) {}

asio::awaitable<deploy::GateFacts> Gatherer::gather(std::vector<Settings> gates,
                                                    Question question) {
  Round round{.question = std::move(question),
              .facts = {},
              .left = gates.size(),
              .bug = nullptr,
              .done = net::Wakeup(executor_)};
  net::TaskGroup tasks(executor_, [&round](const std::string&, const std::exception_ptr& failure) {
    round.bug = failure;
    round.done.notify();
  });
  for (const Settings& gate : gates) {
    tasks.spawn("gate " + gate.gate.name, gather_one(gate, round));
  }
  std::exception_ptr cancelled;
  try {
    while (round.left > 0 && !round.bug) (void)co_await round.done.wait();
  } catch (const boost::system::system_error&) {
    cancelled = std::current_exception();
  }
  // The tasks borrow from here: they are waited for, also when this coroutine is cancelled.
  co_await asio::this_coro::throw_if_cancelled(false);
  tasks.cancel();
  co_await tasks.join();
  co_await asio::this_coro::throw_if_cancelled(true);
  if (cancelled) std::rethrow_exception(cancelled);
  if (round.bug) std::rethrow_exception(round.bug);
  co_return std::move(round.facts);
}

asio::awaitable<void> Gatherer::gather_one(const Settings& gate, Round& round) {
  std::optional<Fact> fact;
  if (std::holds_alternative<BackupSource>(gate.source)) {
    fact = co_await backup_of(gate, round.question);
  } else if (std::holds_alternative<StagingSource>(gate.source)) {
    fact = co_await staging_of(gate);
  } else if (std::holds_alternative<ReadySource>(gate.source)) {
    fact = co_await readiness_of(gate, round.question);
  } else if (std::holds_alternative<ExecSource>(gate.source)) {
    fact = co_await script_of(gate, round.question);
  }
  if (fact && *fact) {
    round.facts.insert_or_assign(gate.gate.name, **std::move(fact));
  } else if (fact) {
    round.facts.insert_or_assign(gate.gate.name, deploy::NotKnown{fact->error().message});
  }
  --round.left;
  round.done.notify();
}

asio::awaitable<Gatherer::Fact> Gatherer::backup_of(const Settings& gate,
                                                    const Question& question) {
  const auto& source = std::get<BackupSource>(gate.source);
  using Newest = std::optional<deploy::BackupFile>;
  std::function<Result<Newest>()> look = [files = source.files] { return newest_file(files); };
  const Instant deadline = clock_.now() + source.timeout;
  Result<Newest> newest = co_await off_the_loop<Newest>(std::move(look), deadline);
  if (!newest) co_return std::unexpected(newest.error());
  deploy::BackupFact fact{.newest = std::move(*newest), .verified = std::nullopt};
  if (!fact.newest || !source.verify) co_return fact;
  Command verify = *source.verify;
  verify.run.push_back(fact.newest->name);
  const Result<RunResult> verified = co_await run(std::move(verify), gate, question);
  if (!verified) co_return std::unexpected(verified.error());
  fact.verified = *verified;
  co_return fact;
}

asio::awaitable<Gatherer::Fact> Gatherer::staging_of(const Settings& gate) {
  StagingSource source = std::get<StagingSource>(gate.source);
  const Instant deadline = clock_.now() + source.timeout;
  if (source.place) {
    Result<deploy::StagingFact> asked =
        co_await ask_staging(executor_, clock_, resolver_, std::move(source));
    if (!asked) co_return std::unexpected(asked.error());
    co_return *std::move(asked);
  }
  std::function<Result<deploy::StagingFact>()> read = [source] { return read_staging(source); };
  Result<deploy::StagingFact> kept =
      co_await off_the_loop<deploy::StagingFact>(std::move(read), deadline);
  if (!kept) co_return std::unexpected(kept.error());
  co_return *std::move(kept);
}

asio::awaitable<Gatherer::Fact> Gatherer::readiness_of(const Settings& gate,
                                                       const Question& question) {
  const auto& source = std::get<ReadySource>(gate.source);
  const auto* rule = std::get_if<deploy::ReadyRule>(&gate.gate.rule);
  if (rule == nullptr) co_return failure(Fault::internal, "it is no gate of readiness");
  const Instant deadline = clock_.now() + source.timeout;
  std::function<Result<Machine>()> look = [programs = rule->programs,
                                           disk = state_dir_]() -> Result<Machine> {
    Machine machine{.programs = look_at_programs(programs), .disk_bytes_free = std::nullopt};
    if (const Result<std::uint64_t> free = disk_bytes_free(disk)) machine.disk_bytes_free = *free;
    return machine;
  };
  Result<Machine> machine = co_await off_the_loop<Machine>(std::move(look), deadline);
  if (!machine) co_return std::unexpected(machine.error());
  deploy::ReadyFact fact{.programs = std::move(machine->programs),
                         .previous_version = question.previous_version,
                         .image_there = std::nullopt,
                         .disk_bytes_free = machine->disk_bytes_free,
                         .irreversible = question.irreversible};
  if (rule->image && !question.previous_version.empty()) {
    std::string image = image_of(source.image, question.previous_version);
    std::string service = question.service;
    const Result<bool> there =
        co_await hands_.has_image(std::move(service), source.probe, std::move(image), deadline);
    if (there) {
      fact.image_there = *there;
    } else {
      fact.why_image_unknown = there.error().message;
    }
  }
  if (source.database) {
    Command command = *source.database;
    const Result<RunResult> able = co_await run(std::move(command), gate, question);
    if (able) fact.database = *able;
  }
  co_return fact;
}

asio::awaitable<Gatherer::Fact> Gatherer::script_of(const Settings& gate,
                                                    const Question& question) {
  Command command = std::get<ExecSource>(gate.source).command;
  const Result<RunResult> result = co_await run(std::move(command), gate, question);
  if (!result) co_return std::unexpected(result.error());
  co_return *result;
}

asio::awaitable<Result<RunResult>> Gatherer::run(Command command, const Settings& gate,
                                                 const Question& question) {
  const std::array<std::pair<std::string, std::string>, 5> told{{
      {"RIPCORD_SERVICE", question.service},
      {"RIPCORD_DEPLOYMENT", question.deployment},
      {"RIPCORD_VERSION", question.version},
      {"RIPCORD_PREVIOUS_VERSION", question.previous_version},
      {"RIPCORD_GATE", gate.gate.name},
  }};
  command.env.insert(command.env.end(), told.begin(), told.end());
  return hands_.run(std::move(command));
}

template <class T>
asio::awaitable<Result<T>> Gatherer::off_the_loop(std::function<Result<T>()> work,
                                                  Instant deadline) {
  Result<T> result = co_await net::before(clock_, deadline, pool_.run<T>(std::move(work)));
  if (!result && result.error().fault == Fault::timeout) {
    co_return failure(Fault::timeout, "the disk did not answer in time");
  }
  co_return result;
}

}  // namespace ripcord::gate
