#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using local = boost::asio::local::stream_protocol;

boost::asio::awaitable<net::Reply> name_peer(net::IncomingRequest incoming) {
  if (!incoming.peer) co_return net::Reply{.headers = {}, .body = "nobody"};
  std::string body = "uid " + std::to_string(incoming.peer->uid) + " gid " +
                     std::to_string(incoming.peer->gid) + " groups";
  for (const std::uint32_t group : incoming.peer->groups) body += " " + std::to_string(group);
  co_return net::Reply{.headers = {}, .body = body};
}

/// What name_peer() says of this process.
std::string myself() {
  std::string text =
      "uid " + std::to_string(getuid()) + " gid " + std::to_string(getgid()) + " groups";
  std::vector<gid_t> groups(256);
  groups.resize(static_cast<std::size_t>(getgroups(256, groups.data())));
  for (const gid_t group : groups) text += " " + std::to_string(group);
  return text;
}

class UnixSocketTest : public testing::Test {
 protected:
  ~UnixSocketTest() override {
    if (server_) server_->stop();
    loop_.end(server_tasks_);
  }

  Result<void> listen(unsigned mode = 0600, const std::string& group = "") {
    server_.emplace(loop_.context.get_executor(), loop_.clock, server_tasks_, name_peer);
    return server_->listen_unix(path_, mode, group);
  }

  Result<net::Reply> ask() {
    net::HttpClient client(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                           {.host = {}, .unix_path = path_});
    return loop_.wait_for(client.exchange({}, loop_.clock.now() + 2s));
  }

  /// The body, or the failure's message.
  std::string answer() {
    auto reply = ask();
    return reply ? reply->body : reply.error().message;
  }

  [[nodiscard]] unsigned mode() const {
    struct stat status{};
    return ::stat(path_.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  test::TempDir directory_;
  std::string path_ = (directory_.path() / "control.sock").string();
  test::Loop loop_;
  net::TaskGroup server_tasks_{loop_.context.get_executor(),
                               [](const std::string& name, const std::exception_ptr&) {
                                 ADD_FAILURE() << name << " threw";
                               }};
  std::optional<net::HttpServer> server_;
};

TEST_F(UnixSocketTest, NamesItsPeer) {
  ASSERT_TRUE(listen().has_value());
  EXPECT_EQ(answer(), myself());
}

TEST_F(UnixSocketTest, HasTheModeThatWasAskedFor) {
  ASSERT_TRUE(listen(0660).has_value());
  EXPECT_EQ(mode(), 0660U);
}

TEST_F(UnixSocketTest, BelongsToTheGroupThatWasAskedFor) {
  RIPCORD_NEEDS(getuid() == 0, "only root may give a file to another group");
  ASSERT_TRUE(listen(0660, "daemon").has_value());
  struct stat status{};
  ::stat(path_.c_str(), &status);
  EXPECT_EQ(status.st_gid, 1U);
}

TEST_F(UnixSocketTest, AGroupThatIsNotThereLeavesNoSocketBehind) {
  const auto listening = listen(0660, "no such group");
  EXPECT_EQ(listening.error().fault, Fault::missing);
  EXPECT_THAT(listening.error().message, HasSubstr("\"no such group\""));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, ReplacesASocketThatNobodyListensOn) {
  {
    const local::acceptor dead(loop_.context, local::endpoint(path_));
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_THAT(answer(), StartsWith("connection refused: nobody listens on unix:"));
  ASSERT_TRUE(listen().has_value());
  EXPECT_EQ(answer(), myself());
}

TEST_F(UnixSocketTest, LeavesASocketThatSomebodyListensOn) {
  const local::acceptor alive(loop_.context, local::endpoint(path_));
  EXPECT_EQ(listen().error().fault, Fault::busy);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, LeavesAFileThatIsNoSocket) {
  std::ofstream(path_) << "precious";
  EXPECT_EQ(listen().error().fault, Fault::exists);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, SaysWhatIsWrongWithThePath) {
  path_ = "/nowhere/at/all/x.sock";
  EXPECT_EQ(listen().error().fault, Fault::missing);
  path_ = "/" + std::string(107, 'x');
  EXPECT_EQ(listen().error().fault, Fault::malformed);
  path_ = "";
  EXPECT_EQ(listen().error().fault, Fault::malformed);
}

TEST_F(UnixSocketTest, RemovesItsFileAtTheEnd) {
  ASSERT_TRUE(listen().has_value());
  server_->stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_THAT(answer(), StartsWith("connection refused: there is no unix:"));
  EXPECT_EQ(ask().error().fault, Fault::refused);
}

TEST_F(UnixSocketTest, LeavesTheFileOfItsSuccessor) {
  ASSERT_TRUE(listen().has_value());
  std::filesystem::remove(path_);
  const local::acceptor successor(loop_.context, local::endpoint(path_));
  server_->stop();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, AFullQueueRefuses) {
  local::acceptor deaf(loop_.context);
  deaf.open();
  deaf.bind(local::endpoint(path_));
  deaf.listen(0);
  local::socket first(loop_.context);
  first.connect(local::endpoint(path_));
  EXPECT_THAT(answer(), StartsWith("connection refused: the queue of unix:"));
}

TEST_F(UnixSocketTest, APathThatIsTooLongIsOurOwnFault) {
  path_ = "/" + std::string(107, 'x');
  EXPECT_EQ(ask().error().fault, Fault::internal);
}

}  // namespace
}  // namespace ripcord
