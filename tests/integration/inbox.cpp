#include "tests/integration/inbox.hpp"

#include <array>
#include <cctype>
#include <cstdlib>
#include <unistd.h>

namespace ripcord::test {
namespace {

/// The value of a header, whose name is given in lower case; empty when there is none.
std::string header(const std::string& head, const std::string& name) {
  std::string lower;
  for (const char c : head) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t at = lower.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const std::size_t begin = head.find_first_not_of(' ', at + name.size() + 3);
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

bool is_whole(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string length = header(text.substr(0, end + 2), "content-length");
  return text.size() >= end + 4 + static_cast<std::size_t>(std::atol(length.c_str()));
}

}  // namespace

Inbox::~Inbox() {
  listener_.stop();
  thread_.join();
}

std::string Inbox::url() const {
  return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/hook";
}

std::vector<Inbox::Letter> Inbox::letters() const {
  const std::scoped_lock lock(mutex_);
  return letters_;
}

std::vector<Inbox::Letter> Inbox::taken_with(const std::string& text) const {
  std::vector<Letter> found;
  for (Letter& letter : letters()) {
    if (letter.status == 200 && letter.body.find(text) != std::string::npos) {
      found.push_back(std::move(letter));
    }
  }
  return found;
}

void Inbox::serve() {
  for (int peer = listener_.accept(); peer >= 0; peer = listener_.accept()) {
    take(peer);
    close(peer);
  }
}

void Inbox::take(int peer) {
  std::string text;
  std::array<char, 4096> some{};
  while (!is_whole(text)) {
    const ssize_t got = read(peer, some.data(), some.size());
    if (got <= 0) return;
    text.append(some.data(), static_cast<std::size_t>(got));
  }
  const std::size_t end = text.find("\r\n\r\n");
  const int status = status_;
  {
    const std::scoped_lock lock(mutex_);
    letters_.push_back({.id = header(text.substr(0, end + 2), "webhook-id"),
                        .body = text.substr(end + 4),
                        .status = status});
  }
  if (status == 0) return;
  const std::string reply = "HTTP/1.1 " + std::to_string(status) +
                            " x\r\nContent-Length: " + std::to_string(text.size()) +
                            "\r\nConnection: close\r\n\r\n" + text;
  (void)!write(peer, reply.data(), reply.size());
}

}  // namespace ripcord::test
