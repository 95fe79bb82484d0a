#include "act/minder_runner.hpp"

#include "act/shim_process.hpp"
#include "net/before.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <sys/wait.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::act {
namespace {

using Socket = asio::local::stream_protocol::socket;

/// How long a minder may take for itself: to start, to kill, to answer.
constexpr Duration minder_patience = std::chrono::seconds(10);

asio::awaitable<Result<std::string>> exchange(Socket& socket, std::string order) {
  const auto [unsent, sent] =
      co_await asio::async_write(socket, asio::buffer(order), asio::as_tuple(asio::use_awaitable));
  net::throw_if_cancelled(unsent);
  std::string answer;
  const auto [end, received] = co_await asio::async_read(
      socket, asio::dynamic_buffer(answer, answer_bytes_max), asio::as_tuple(asio::use_awaitable));
  net::throw_if_cancelled(end);
  co_return answer;  // whether it is whole, its parser tells
}

}  // namespace

MinderRunner::MinderRunner(asio::any_io_executor executor, net::Clock& clock, std::string shim)
    : executor_(std::move(executor)), clock_(clock), shim_(std::move(shim)) {}

asio::awaitable<Result<Minded>> MinderRunner::run(StepCommand command) {
  reap();
  if (const Result<void> checked = check_mindable(command); !checked) {
    co_return std::unexpected(checked.error());
  }
  Result<StandbyKeeper> minder = spawn_standby({shim_, std::string(mind_option)});
  if (!minder) co_return std::unexpected(minder.error());
  minders_.push_back(minder->pid);
  Socket socket(executor_);
  boost::system::error_code error;
  (void)socket.assign(asio::local::stream_protocol(), minder->gate.get(), error);
  if (error) co_return failure(Fault::full, "cannot talk to the minder: " + error.message());
  (void)minder->gate.release();

  const Instant patience = clock_.now() + command.timeout + minder_patience;
  std::string order = format_order(command);
  const Result<std::string> answer =
      co_await net::before(clock_, patience, exchange(socket, std::move(order)));
  if (!answer) co_return failure(Fault::timeout, "its minder does not answer");
  co_return parse_answer(*answer);
}

void MinderRunner::reap() {
  std::erase_if(minders_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

}  // namespace ripcord::act
