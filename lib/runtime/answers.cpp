#include "runtime/answers.hpp"

namespace ripcord::runtime {
namespace {

/// Takes its ticket out of the table, however the waiting ends.
class Place {
 public:
  Place(std::map<Ticket, std::optional<Answer>>& waiting, Ticket ticket)
      : waiting_(waiting), ticket_(ticket) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { waiting_.erase(ticket_); }

 private:
  std::map<Ticket, std::optional<Answer>>& waiting_;
  Ticket ticket_;
};

}  // namespace

Ticket Answers::new_ticket() {
  const auto ticket = static_cast<Ticket>(++last_ticket_);
  waiting_.emplace(ticket, std::nullopt);
  return ticket;
}

boost::asio::awaitable<Answer> Answers::wait(Ticket ticket) {
  const Place place(waiting_, ticket);
  while (!waiting_.at(ticket)) (void)co_await arrived_.wait();
  co_return *waiting_.at(ticket);
}

void Answers::arrive(const Answer& answer) {
  const auto place = waiting_.find(answer.ticket);
  if (place == waiting_.end()) return;
  place->second = answer;
  arrived_.notify();
}

}  // namespace ripcord::runtime
