#include "net/http_text.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::string_literals;
using net::Request;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Request get(std::string target, std::vector<net::Header> headers = {}) {
  return {.method = "GET", .target = std::move(target), .headers = std::move(headers), .body = {}};
}

Request post(std::string body, std::vector<net::Header> headers = {}) {
  return {.method = "POST", .target = "/", .headers = std::move(headers), .body = std::move(body)};
}

Request with_method(std::string method) {
  return {.method = std::move(method), .target = "/", .headers = {}, .body = {}};
}

net::Reply reply(unsigned status, std::string body, std::vector<net::Header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

std::string wire(const Request& request) {
  return net::to_wire(request, "host:8000").value_or("refused");
}

bool is_refused(const Request& request) {
  const auto text = net::to_wire(request, "host");
  return !text && text.error().fault == Fault::malformed;
}

TEST(RequestText, AddsWhatIsMissing) {
  EXPECT_EQ(wire(get("/ready?x=1")),
            "GET /ready?x=1 HTTP/1.1\r\nHost: host:8000\r\nUser-Agent: ripcord\r\n\r\n");
}

TEST(RequestText, KeepsWhatIsGiven) {
  const std::string text = wire(get("/", {{"host", "other"}, {"User-Agent", "me"}, {"A", "b"}}));
  EXPECT_EQ(text, "GET / HTTP/1.1\r\nhost: other\r\nUser-Agent: me\r\nA: b\r\n\r\n");
}

TEST(RequestText, StatesTheLengthOfABody) {
  EXPECT_THAT(wire(post("hello")), EndsWith("Content-Length: 5\r\n\r\nhello"));
  EXPECT_THAT(wire(post("")), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(wire(get("/")), Not(HasSubstr("Content-Length")));
}

TEST(RequestText, CannotCarryASecondMessage) {
  EXPECT_TRUE(is_refused(get("/", {{"X", "a\r\nY: b"}})));
  EXPECT_TRUE(is_refused(get("/", {{"X", "a\nb"}})));
  EXPECT_TRUE(is_refused(get("/", {{"X", "a\0b"s}})));
  EXPECT_TRUE(is_refused(get("/", {{"X: a\r\nY", "b"}})));
  EXPECT_TRUE(is_refused(get("/", {{"", "b"}})));
  EXPECT_TRUE(is_refused(get("/ HTTP/1.1\r\nX: y")));
  EXPECT_TRUE(is_refused(get("/a b")));
  EXPECT_TRUE(is_refused(get("")));
  EXPECT_TRUE(is_refused(with_method("GET /x")));
  EXPECT_TRUE(is_refused(with_method("")));
}

TEST(RequestText, CannotLieAboutItsLength) {
  EXPECT_TRUE(is_refused(post("hello", {{"Content-Length", "7"}})));
  EXPECT_TRUE(is_refused(get("/", {{"Transfer-Encoding", "chunked"}})));
  EXPECT_FALSE(is_refused(post("hello", {{"Content-Length", "5"}})));
}

TEST(ReplyText, HasItsLengthAndItsConnection) {
  EXPECT_EQ(net::to_wire(reply(200, "hi", {{"A", "b"}}), {}),
            "HTTP/1.1 200 OK\r\nA: b\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi");
}

TEST(ReplyText, SaysThatItCloses) {
  EXPECT_THAT(net::to_wire(reply(200, ""), {.keep_alive = false}),
              HasSubstr("Connection: close\r\n"));
}

TEST(ReplyText, AnswersAHeadWithTheLengthAlone) {
  EXPECT_THAT(net::to_wire(reply(200, "hi"), {.head = true}),
              EndsWith("Content-Length: 2\r\n\r\n"));
}

TEST(ReplyText, HasNoBodyWhereNoneMayBe) {
  const std::string text = net::to_wire(reply(204, "hi"), {});
  EXPECT_THAT(text, EndsWith("\r\n\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("Content-Length")));
}

TEST(ReplyText, AHandlerCannotContradictTheFraming) {
  EXPECT_EQ(
      net::to_wire(reply(200, "hi", {{"content-length", "9"}, {"Connection", "upgrade"}}), {}),
      "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi");
}

TEST(ReplyText, AHeaderThatCannotBeSentIsOurFault) {
  const std::string text = net::to_wire(reply(200, "", {{"X", "a\r\nSet-Cookie: b"}}), {});
  EXPECT_THAT(text, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(text, Not(HasSubstr("Set-Cookie")));
}

TEST(FindHeader, ComparesNamesWithoutCase) {
  const std::vector<net::Header> headers{{"Content-Type", "text/plain"}, {"content-type", "x"}};
  EXPECT_EQ(net::find_header(headers, "CONTENT-type"), "text/plain");
  EXPECT_EQ(net::find_header(headers, "Content"), std::nullopt);
}

}  // namespace
}  // namespace ripcord
