#include "daemon.hpp"

#include "base/text.hpp"
#include "runtime/minded_commands.hpp"
#include "service_manager.hpp"
#include "store/sqlite_journal.hpp"
#include "system.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::daemon {
namespace {

using namespace std::chrono_literals;

/// systemd's default patience is 90 s; nothing here needs more than a moment.
constexpr Duration stop_patience = 10s;
constexpr Duration status_interval = 5s;

std::unexpected<StartFailure> refuse(ExitCode code, std::string message) {
  return std::unexpected(StartFailure{.code = code, .message = std::move(message)});
}

/// Something else holds it: later may be better. Everything else a person must mend.
ExitCode code_of(const Error& error) {
  return error.fault == Fault::busy ? ExitCode::try_later : ExitCode::configuration;
}

}  // namespace

Daemon::Daemon(std::string file, config::Configuration configuration)
    : configuration_(std::move(configuration)),
      kept_(std::move(file), configuration_.daemon.state_dir),
      clock_(context_.get_executor()),
      journal_pool_("journal", 1, 1000),
      lookup_pool_("lookup", 4, 256),
      receivers_lookup_pool_("receivers", 8, 256),
      work_pool_("work", 1, 16),
      resolver_(lookup_pool_),
      receivers_resolver_(receivers_lookup_pool_),
      metrics_(RIPCORD_VERSION),
      stop_signals_(context_, SIGTERM, SIGINT),
      reload_signals_(context_, SIGHUP),
      tasks_(context_.get_executor(),
             [this](const std::string& task, const std::exception_ptr& failure) {
               fail(task, failure);
             }) {}

Daemon::~Daemon() = default;

ExitCode Daemon::run() {
  asio::co_spawn(context_, live(), [this](const std::exception_ptr& failure) {
    if (failure) fail("daemon", failure);
  });
  context_.run();
  return code_;
}

asio::awaitable<void> Daemon::live() {
  const Started started = co_await start();
  if (started) {
    ServiceManager::ready(status_line());
    spdlog::info("ripcordd {} is ready: {}", RIPCORD_VERSION, status_line());
    tasks_.spawn("reload", reload_on_signal());
    tasks_.spawn("status", show_status());
    if (const auto interval = ServiceManager::watchdog_interval()) {
      tasks_.spawn("watchdog", ServiceManager::keep_watchdog_fed(clock_, *interval));
    }
    const auto [error, signal] =
        co_await stop_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!error) spdlog::info("stopping on signal {}", signal);
  } else {
    code_ = started.error().code;
    spdlog::critical("cannot start: {}", started.error().message);
  }
  ServiceManager::stopping();
  co_await stop();
}

asio::awaitable<Daemon::Started> Daemon::start() {
  Started done = open_state();
  if (done) done = find_shim();
  if (done) done = co_await start_runtime();
  if (done) done = listen();
  co_return done;
}

Daemon::Started Daemon::open_state() {
  const std::filesystem::path state_dir = configuration_.daemon.state_dir;
  Result<store::StateLock> lock = store::StateLock::take(state_dir);
  if (!lock) return refuse(code_of(lock.error()), lock.error().message);
  lock_ = std::move(*lock);

  const Result<void> kept = kept_.keep(configuration_);
  if (!kept) return refuse(ExitCode::configuration, kept.error().message);
  const Result<void> runtime_dir = make_runtime_directory(configuration_.daemon.runtime_dir);
  if (!runtime_dir) return refuse(ExitCode::configuration, runtime_dir.error().message);

  // Made now, so that the first rollback does not have to wait for it to reach the disk.
  std::error_code made_when_needed;
  std::filesystem::create_directories(state_dir / "runs", made_when_needed);

  Result<std::unique_ptr<store::Journal>> journal = store::open_journal(state_dir / "journal.db");
  if (!journal) return refuse(code_of(journal.error()), journal.error().message);
  journal_ = std::move(*journal);
  return {};
}

Daemon::Started Daemon::find_shim() {
  const Result<std::string> shim = find_program_beside_this("ripcord-shim");
  if (!shim) return refuse(ExitCode::unavailable, shim.error().message);
  runner_ = std::make_unique<act::ShimRunner>(
      context_.get_executor(), clock_,
      act::ShimRunnerSettings{.shim = *shim,
                              .places = {.state_dir = configuration_.daemon.state_dir,
                                         .runtime_dir = configuration_.daemon.runtime_dir}});
  commands_ = std::make_unique<runtime::MindedCommands>(context_.get_executor(), clock_, *shim);
  return {};
}

asio::awaitable<Daemon::Started> Daemon::start_runtime() {
  const Result<std::vector<Deployment>> past = journal_->all_deployments();
  if (!past) co_return refuse(ExitCode::configuration, past.error().message);
  std::set<std::string> needed{configuration_.fingerprint};
  bool has_open = false;
  for (const Deployment& deployment : *past) {
    if (!is_open(deployment)) continue;
    has_open = true;
    needed.insert(deployment.configuration);
  }
  kept_.prune(needed);

  // A program that is missing while nothing is at stake is a mistake to be mended first. With a
  // deployment open, a daemon that does not watch would be worse than one that cannot act.
  const auto missing = config::missing_programs(configuration_);
  if (!missing.empty() && !has_open) {
    co_return refuse(ExitCode::configuration, "\n" + to_lines(missing));
  }
  if (!missing.empty()) spdlog::critical("going on all the same:\n{}", to_lines(missing));

  const Result<std::string> boot_id = read_boot_id();
  if (!boot_id) co_return refuse(ExitCode::unavailable, boot_id.error().message);
  runtime_ = std::make_unique<runtime::Runtime>(
      runtime::World{.executor = context_.get_executor(),
                     .clock = clock_,
                     .resolver = resolver_,
                     .receivers_resolver = receivers_resolver_,
                     .journal = *journal_,
                     .journal_pool = journal_pool_,
                     .work_pool = work_pool_,
                     .runner = *runner_,
                     .commands = *commands_,
                     .metrics = metrics_,
                     .boot_id = *boot_id,
                     .state_dir = configuration_.daemon.state_dir,
                     .log_folder = configuration_.daemon.state_dir + "/logs",
                     .evidence_folder = configuration_.daemon.state_dir + "/evidence",
                     .evidence = configuration_.daemon.evidence,
                     .page = configuration_.api.external_url,
                     .seed = random_seed()},
      RIPCORD_VERSION,
      runtime::ConfigurationSource{
          .kept_file =
              [this](const std::string& fingerprint) { return kept_.kept_file(fingerprint); },
          .kept_services =
              [this](const std::string& fingerprint) { return kept_.kept_services(fingerprint); },
          .reload = [this] { return reload(); }},
      [this](const std::string& task, const std::exception_ptr& failure) { fail(task, failure); });
  // The runtime keeps the services, and the copy on disk the text: nothing is kept twice.
  runtime::ServiceSet services{.services = std::exchange(configuration_.services, {}),
                               .fingerprint = configuration_.fingerprint,
                               .receivers = std::exchange(configuration_.receivers, {})};
  configuration_.files = {};
  const Result<void> started = co_await runtime_->start(std::move(services));
  if (!started) co_return refuse(ExitCode::configuration, started.error().message);
  co_return Started{};
}

Daemon::Started Daemon::listen() {
  const runtime::ApiSettings& api = configuration_.api;
  const Result<api::Authority> authority = authority_of(api.group);
  if (!authority) return refuse(ExitCode::configuration, authority.error().message);
  control_ = std::make_unique<api::ControlApi>(*runtime_, *authority);
  public_ = std::make_unique<api::PublicApi>(*runtime_);
  Result<api::Tokens> tokens = tokens_of(configuration_.api.tokens_file);
  if (!tokens) return refuse(ExitCode::configuration, tokens.error().message);
  public_->set_tokens(std::move(*tokens));

  control_server_ = std::make_unique<net::HttpServer>(
      context_.get_executor(), clock_, tasks_,
      [this](net::IncomingRequest request) { return control_->handle(std::move(request)); });
  const unsigned mode = api.group.empty() ? 0600 : 0660;
  const Result<void> control = control_server_->listen_unix(api.socket, mode, api.group);
  if (!control) return refuse(code_of(control.error()), control.error().message);

  public_server_ = std::make_unique<net::HttpServer>(
      context_.get_executor(), clock_, tasks_,
      [this](net::IncomingRequest request) { return public_->handle(std::move(request)); });
  const Result<void> listening = public_server_->listen_tcp(api.host, api.port);
  if (!listening) return refuse(code_of(listening.error()), listening.error().message);
  runtime_->set_listening();
  spdlog::info("listening on {} and {}:{}", api.socket, api.host, public_server_->port());
  return {};
}

Result<runtime::ServiceSet> Daemon::reload() {
  // The tokens first: what is taken over is taken over whole.
  Result<api::Tokens> tokens = tokens_of(configuration_.api.tokens_file);
  if (!tokens) return failure(Fault::malformed, tokens.error().message);
  Result<runtime::ServiceSet> services = kept_.reload(configuration_.daemon, configuration_.api);
  if (!services) return services;
  asio::post(context_, [this, tokens = std::move(*tokens)]() mutable {
    if (public_) public_->set_tokens(std::move(tokens));
  });
  return services;
}

asio::awaitable<void> Daemon::stop() {
  if (control_server_) control_server_->stop();
  if (public_server_) public_server_->stop();
  // Connections and the rest first: nobody asks any more. Running steps belong to their keepers.
  stop_signals_.cancel();
  reload_signals_.cancel();
  tasks_.cancel();
  co_await tasks_.join();
  if (runtime_) co_await runtime_->stop(clock_.now() + stop_patience);
  runtime_.reset();
  std::function<Result<void>()> close = [this]() -> Result<void> {
    journal_.reset();
    return {};
  };
  (void)co_await journal_pool_.run<void>(std::move(close));
}

asio::awaitable<void> Daemon::reload_on_signal() {
  for (;;) {
    const auto [error, signal] =
        co_await reload_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) continue;
    ServiceManager::reloading();
    (void)co_await runtime_->reload(fmt::format("signal {}", signal));
    ServiceManager::ready(status_line());
  }
}

asio::awaitable<void> Daemon::show_status() {
  for (;;) {
    co_await clock_.sleep_until(clock_.now() + status_interval);
    ServiceManager::status(status_line());
  }
}

void Daemon::fail(const std::string& task, const std::exception_ptr& failure) {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    what = error.what();
  }
  spdlog::critical("bug: task {:?} has failed: {}; stopping", task, what);
  // The state is on disk and running steps have their keepers: an end without ceremony is safe, and
  // the next daemon goes on.
  std::_Exit(std::to_underlying(ExitCode::software));
}

std::string Daemon::status_line() {
  const runtime::Runtime::Summary summary = runtime_->summary();
  std::string line = fmt::format("watching {}", plural(summary.services, "service"));
  for (const auto& [id, phase] : summary.open) line += fmt::format("; {} {}", id, phase);
  const std::string trouble = runtime_->daemon().journal_trouble;
  if (!trouble.empty()) line += fmt::format("; THE JOURNAL CANNOT BE WRITTEN: {}", trouble);
  return line;
}

}  // namespace ripcord::daemon
