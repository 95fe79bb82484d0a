#include "net/reply_stream.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"
#include "net/before.hpp"
#include "net/connection.hpp"
#include "net/http_text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/optional/optional.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace ripcord::net {
namespace {

constexpr std::size_t header_bytes_max = 16UL * 1024;
constexpr std::size_t read_bytes = 16UL * 1024;

/// A body that is taken away piece by piece. Unlike string_body it reserves nothing: what the
/// peer says about the length of an endless reply is only its word.
struct PieceBody {
  using value_type = std::string;

  class reader {  // NOLINT(readability-identifier-naming): Beast asks for this name
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>& /*header*/, value_type& body) : body_(body) {}

    // NOLINTBEGIN(readability-convert-member-functions-to-static): Beast calls them on an object
    void init(const boost::optional<std::uint64_t>& /*length*/, boost::system::error_code& error) {
      error = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      std::size_t bytes = 0;
      for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers);
           ++at) {
        const asio::const_buffer piece = *at;
        body_.append(static_cast<const char*>(piece.data()), piece.size());
        bytes += piece.size();
      }
      return bytes;
    }
    void finish(boost::system::error_code& error) { error = {}; }
    // NOLINTEND(readability-convert-member-functions-to-static)

   private:
    value_type& body_;
  };
};

using Parser = http::response_parser<PieceBody>;

}  // namespace

struct ReplyStream::State {
  asio::any_io_executor executor;
  Clock& clock;
  Resolver& resolver;
  Place place;
  std::string name;  ///< of the place, for messages
  std::optional<Connection> connection = std::nullopt;
  std::unique_ptr<Parser> parser = nullptr;
  std::optional<Error> broken = std::nullopt;  ///< behind what has been handed on

  void start(Socket socket) {
    broken.reset();
    connection.emplace(std::move(socket), header_bytes_max + read_bytes);
    parser = std::make_unique<Parser>();
    parser->header_limit(static_cast<std::uint32_t>(header_bytes_max));
    parser->body_limit(boost::none);
    parser->eager(true);
  }

  /// Feeds the parser with what has been received.
  boost::system::error_code digest() {
    boost::system::error_code error;
    while (connection->received.size() > 0 && !parser->is_done()) {
      const std::size_t used = parser->put(connection->received.data(), error);
      connection->received.consume(used);
      if (error == http::error::need_more) return {};
      if (error || used == 0) return error;
    }
    return {};
  }

  /// Waits for more and feeds the parser with it.
  asio::awaitable<boost::system::error_code> receive() {
    if (connection->received.size() + read_bytes > connection->received.max_size()) {
      co_return http::error::buffer_overflow;
    }
    const boost::system::error_code error = co_await connection->read_more(read_bytes);
    if (error == asio::error::eof) {
      boost::system::error_code ended;
      if (!parser->got_some()) co_return http::error::end_of_stream;
      parser->put_eof(ended);
      co_return ended;
    }
    if (error) co_return error;
    co_return digest();
  }

  asio::awaitable<Result<void>> read_header() {
    while (!parser->is_header_done()) {
      const boost::system::error_code error = co_await receive();
      if (error && !parser->is_header_done()) co_return std::unexpected(explain_broken(error));
      if (error) broken = explain_broken(error);
      if (parser->is_done() && !parser->is_header_done()) break;
    }
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> read_body() {
    while (parser->get().body().empty() && !parser->is_done()) {
      const boost::system::error_code error = co_await receive();
      if (error) co_return std::unexpected(explain_broken(error));
    }
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> send(std::string text) {
    const Transferred written = co_await connection->write(text);
    // A peer may reply before it hangs up on the rest of the request.
    if (written.error && !is_hang_up(written.error)) {
      co_return std::unexpected(explain_broken(written.error));
    }
    co_return Result<void>();
  }

  [[nodiscard]] Error explain_broken(const boost::system::error_code& error) const {
    const std::string_view what =
        parser && parser->is_header_done() ? "in the middle of the reply" : "instead of replying";
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        is_hang_up(error)) {
      return {Fault::closed, fmt::format("{} closed the connection {}", name, what)};
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return {Fault::too_large, fmt::format("the header of the reply of {} is larger than {} bytes",
                                            name, header_bytes_max)};
    }
    if (error.category() == make_error_code(http::error::bad_status).category()) {
      return {Fault::malformed,
              fmt::format("the reply of {} is not HTTP: {}", name, error.message())};
    }
    return {fault_of(error), fmt::format("the connection to {} broke: {}", name, error.message())};
  }
};

ReplyStream::ReplyStream(asio::any_io_executor executor, Clock& clock, Resolver& resolver,
                         Place place)
    : state_(std::make_unique<State>(State{.executor = std::move(executor),
                                           .clock = clock,
                                           .resolver = resolver,
                                           .place = place,
                                           .name = printable(to_string(place))})) {}

ReplyStream::~ReplyStream() = default;

asio::awaitable<Result<Reply>> ReplyStream::open(Request request, Instant deadline) {
  State& state = *state_;
  close();
  const std::string host = state.place.unix_path.empty() ? to_string(state.place) : "localhost";
  Result<std::string> text = to_wire(request, host);
  if (!text) co_return std::unexpected(std::move(text).error());
  const Limit limit{.at = deadline, .length = deadline - state.clock.now()};
  Result<Socket> socket =
      co_await connect(state.executor, state.clock, state.resolver, state.place, limit);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  state.start(*std::move(socket));
  if (state.place.tls) {
    Acquaintance acquaintance;
    Trace trace;
    Result<void> secured =
        co_await secure(state.clock, state.place, limit, *state.connection, acquaintance, trace);
    if (!secured) {
      close();
      co_return std::unexpected(std::move(secured).error());
    }
  }

  auto sending = state.send(*std::move(text));
  Result<void> done = co_await before(state.clock, deadline, std::move(sending));
  if (done) done = co_await before(state.clock, deadline, state.read_header());
  if (!done) {
    Error error = std::move(done).error();
    if (error.fault == Fault::timeout) {
      error.message = fmt::format("timeout after {} waiting for the reply of {}",
                                  for_people(limit.length), state.name);
    }
    close();
    co_return std::unexpected(std::move(error));
  }
  Reply reply{.status = state.parser->get().result_int(), .headers = {}, .body = {}};
  for (const auto& field : state.parser->get()) {
    reply.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  co_return reply;
}

asio::awaitable<Result<std::string>> ReplyStream::read(Instant deadline) {
  State& state = *state_;
  RIPCORD_CONTRACT(state.parser != nullptr);
  Result<void> ended;
  if (state.broken) {
    ended = std::unexpected(*state.broken);
  } else {
    ended = co_await before(state.clock, deadline, state.read_body());
  }
  // Taken here and not in read_body(): what comes together with the deadline must not be lost.
  std::string piece = std::exchange(state.parser->get().body(), {});
  const bool is_late = !ended && ended.error().fault == Fault::timeout;
  if (!ended && !is_late) state.broken = ended.error();
  if (ended || !piece.empty()) co_return piece;
  if (is_late) ended.error().message = fmt::format("{} sent nothing more in time", state.name);
  co_return std::unexpected(std::move(ended).error());
}

void ReplyStream::close() {
  state_->connection.reset();
  state_->parser = nullptr;
}

}  // namespace ripcord::net
