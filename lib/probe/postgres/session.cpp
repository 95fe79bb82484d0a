#include "probe/postgres/session.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <libpq-fe.h>
#include <system_error>
#include <tuple>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe::postgres {
namespace {

using asio::posix::stream_descriptor;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, ClearResult>;

Trouble own(std::string message) {
  return {.state = State::own, .message = std::move(message), .ends_session = true};
}

/// A copy of libpq's socket for the loop to wait on, so that neither closes the other's.
Tried<void> listen_to(const PGconn* connection, stream_descriptor& ear) {
  const int copy = ::fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    const std::string why = std::generic_category().message(errno);
    return std::unexpected(own(fmt::format("cannot wait for the server: {}", why)));
  }
  boost::system::error_code error;
  (void)ear.assign(copy, error);
  if (!error) return {};
  return std::unexpected(own(fmt::format("cannot wait for the server: {}", error.message())));
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : printable(text, 100);
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

Trouble trouble_of(const PGresult* result) {
  const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
  if (sqlstate.empty()) return parse_trouble(PQresultErrorMessage(result));
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return {.state = state_of(sqlstate),
          .sqlstate = sqlstate,
          .message = printable(field(result, PG_DIAG_MESSAGE_PRIMARY)),
          .ends_session = severity == "FATAL" || severity == "PANIC"};
}

Table table_of(const PGresult* result) {
  Table table;
  const int columns = PQnfields(result);
  for (int column = 0; column < columns; ++column) {
    table.columns.emplace_back(PQfname(result, column));
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    auto& cells = table.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      const bool is_null = PQgetisnull(result, row, column) != 0;
      cells.push_back(is_null ? std::nullopt
                              : std::optional<std::string>(PQgetvalue(result, row, column)));
    }
  }
  return table;
}

bool is_copy(const PGresult* answer) {
  const ExecStatusType status = PQresultStatus(answer);
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/// What is known after one more answer to the same question: its rows, or why there are none.
Tried<Table> after(Table known, const PGresult* answer) {
  const ExecStatusType status = PQresultStatus(answer);
  if (status == PGRES_TUPLES_OK) return table_of(answer);
  if (status == PGRES_COMMAND_OK) return known;
  return std::unexpected(trouble_of(answer));
}

PGconn* start(const std::string& dsn, const Place& place, Duration patience) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  const std::string unacknowledged_max = std::to_string(milliseconds.count());
  // What stands before the user's text gives way to it, what stands after it does not. Kerberos
  // would talk to its own servers from within libpq, on the loop; who needs it asks for it.
  const std::array<std::pair<const char*, const char*>, 10> options{
      {{"fallback_application_name", "ripcord"},
       {"gssencmode", "disable"},
       {"tcp_user_timeout", unacknowledged_max.c_str()},
       {"keepalives_idle", "10"},
       {"keepalives_interval", "5"},
       {"keepalives_count", "3"},
       {"dbname", dsn.c_str()},
       {"host", place.host.c_str()},
       {"hostaddr", place.address.c_str()},
       {"port", place.port.c_str()}}};
  std::array<const char*, options.size() + 1> keywords{};
  std::array<const char*, options.size() + 1> values{};
  for (std::size_t i = 0; i < options.size(); ++i) {
    std::tie(keywords.at(i), values.at(i)) = options.at(i);
  }
  return PQconnectStartParams(keywords.data(), values.data(), 1);
}

}  // namespace

Session::Session(asio::any_io_executor executor)
    : executor_(std::move(executor)), ear_(executor_) {}

Session::~Session() = default;

void Session::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void Session::close() {
  boost::system::error_code ignored;
  (void)ear_.close(ignored);
  connection_.reset();
}

asio::awaitable<Tried<void>> Session::open(std::string dsn, Place place, Duration patience) {
  close();
  farewell_.reset();
  connection_.reset(start(dsn, place, patience));
  if (!connection_) co_return std::unexpected(own("no memory for a connection"));
  database_ = text_of(PQdb(connection_.get()));
  user_ = text_of(PQuser(connection_.get()));
  (void)PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  (void)PQsetNoticeReceiver(connection_.get(), &Session::take_notice, this);

  Tried<void> connected = co_await connect();
  if (connected) connected = listen_to(connection_.get(), ear_);
  if (!connected) {
    close();
    co_return connected;
  }
  (void)PQsetnonblocking(connection_.get(), 1);
  co_return connected;
}

asio::awaitable<Tried<void>> Session::connect() {
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) wanted = PGRES_POLLING_FAILED;
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    // libpq may have made another socket since it was last asked.
    stream_descriptor ear(executor_);
    const Tried<void> listening = listen_to(connection_.get(), ear);
    if (!listening) co_return listening;
    const auto what = wanted == PGRES_POLLING_READING ? stream_descriptor::wait_read
                                                      : stream_descriptor::wait_write;
    const auto [error] = co_await ear.async_wait(what, asio::as_tuple(asio::use_awaitable));
    net::throw_if_cancelled(error);
    wanted = PQconnectPoll(connection_.get());
  }
  if (wanted == PGRES_POLLING_OK) co_return Tried<void>();
  co_return std::unexpected(parse_trouble(PQerrorMessage(connection_.get())));
}

asio::awaitable<Tried<Table>> Session::ask(std::string sql, Protocol protocol) {
  const int sent = protocol == Protocol::simple
                       ? PQsendQuery(connection_.get(), sql.c_str())
                       : PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr,
                                           nullptr, nullptr, 0);
  if (sent == 0) co_return std::unexpected(lost());
  const Tried<void> whole = co_await flushed();
  if (!whole) co_return std::unexpected(whole.error());
  Tried<Table> table = co_await collect();
  co_return table;
}

asio::awaitable<Tried<Table>> Session::collect() {
  Tried<Table> table;
  for (;;) {
    const Tried<void> ready = co_await answered();
    // A server that ends the session says why first.
    if (!ready) co_return std::unexpected(table ? ready.error() : table.error());
    const Answer answer(PQgetResult(connection_.get()));
    if (!answer) co_return table;
    if (is_copy(answer.get())) co_return std::unexpected(own("COPY is no query"));
    if (table) table = after(std::move(*table), answer.get());
  }
}

asio::awaitable<Tried<void>> Session::answered() {
  while (PQisBusy(connection_.get()) != 0) {
    Tried<void> ready = co_await readable();
    if (!ready) co_return ready;
  }
  co_return Tried<void>();
}

asio::awaitable<Tried<void>> Session::readable() {
  const auto [error] =
      co_await ear_.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
  net::throw_if_cancelled(error);
  if (PQconsumeInput(connection_.get()) == 0) co_return std::unexpected(lost());
  co_return Tried<void>();
}

asio::awaitable<Tried<void>> Session::flushed() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) co_return Tried<void>();
    if (left < 0) co_return std::unexpected(lost());
    const auto [error] = co_await ear_.async_wait(stream_descriptor::wait_write,
                                                  asio::as_tuple(asio::use_awaitable));
    net::throw_if_cancelled(error);
  }
}

bool Session::is_in_transaction() const {
  return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

asio::awaitable<void> Session::stirred() {
  (void)co_await ear_.async_wait(stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
}

std::optional<Trouble> Session::ended() {
  const bool is_there = PQconsumeInput(connection_.get()) != 0;
  (void)PQisBusy(connection_.get());  // reads the messages that have come
  if (is_there && PQstatus(connection_.get()) == CONNECTION_OK) return std::nullopt;
  return lost();
}

Trouble Session::lost() const {
  if (farewell_) return *farewell_;
  return parse_trouble(PQerrorMessage(connection_.get()));
}

/// A server that ends an idle session says why, and libpq takes it for a notice. In a hurry it says
/// so by a mere warning.
void Session::take_notice(void* session, const PGresult* notice) {
  Trouble trouble = trouble_of(notice);
  if (!trouble.ends_session && trouble.state != State::ended) return;
  trouble.ends_session = true;
  static_cast<Session*>(session)->farewell_ = std::move(trouble);
}

std::string Session::parameter(const std::string& name) const {
  return text_of(connection_ ? PQparameterStatus(connection_.get(), name.c_str()) : nullptr);
}

std::string Session::tls_version() const {
  if (!connection_ || PQsslInUse(connection_.get()) == 0) return {};
  const char* text = PQsslAttribute(connection_.get(), "protocol");
  return text == nullptr ? std::string("TLS") : std::string(text);
}

}  // namespace ripcord::probe::postgres
