#pragma once

#include "model/effect.hpp"
#include "model/ids.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace ripcord::runtime {

/// Brings the answer to each command back to the one who waits for it.
class Answers {
 public:
  explicit Answers(const boost::asio::any_io_executor& executor) : arrived_(executor) {}

  [[nodiscard]] Ticket new_ticket();

  /// Waits for the answer to `ticket`. A caller that is cancelled gives it up.
  boost::asio::awaitable<Answer> wait(Ticket ticket);

  /// Takes an answer; one that nobody has asked for is dropped.
  void arrive(const Answer& answer);

 private:
  std::map<Ticket, std::optional<Answer>> waiting_;
  std::uint64_t last_ticket_ = 0;
  net::Wakeup arrived_;
};

}  // namespace ripcord::runtime
