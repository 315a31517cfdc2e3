// Streaming routes over real sockets: full duplex, back pressure, abort, trailers.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "http/server.hpp"
#include "http/testing.hpp"

namespace greenlang::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::factory_of;

// What a receiver tells the test.
struct Record {
  std::promise<void> ended;
  std::promise<void> aborted;
  std::atomic<bool> was_congested{false};
  std::atomic<int> drains{0};
};

// Sends every piece back.
class Echo final : public StreamReceiver {
 public:
  Echo(std::shared_ptr<Stream> stream, Record& record) : stream_(std::move(stream)), record_(record) {
    stream_->begin(200, "application/octet-stream", {{"X-Echo", "1"}}, {"X-Bytes"});
  }
  void on_body(std::string_view piece) override {
    bytes_ += piece.size();
    stream_->write(piece);
    if (stream_->congested()) record_.was_congested = true;
  }
  void on_end() override {
    stream_->finish({{"X-Bytes", std::to_string(bytes_)}});
    record_.ended.set_value();
  }
  void on_drain() override { ++record_.drains; }
  void on_abort() noexcept override { record_.aborted.set_value(); }

 private:
  std::shared_ptr<Stream> stream_;
  Record& record_;
  std::size_t bytes_ = 0;
};

std::unique_ptr<Server> echo_server(Record& record, const Options& options = {}) {
  auto server = Server::start(options, factory_of({.open_stream = [&](const Request& head, auto stream) {
                                std::unique_ptr<StreamReceiver> receiver;
                                if (head.path == "/echo") receiver = std::make_unique<Echo>(std::move(stream), record);
                                return receiver;
                              }}));
  return server ? std::move(*server) : nullptr;
}

TEST(Stream, EchoesPiecesWhileTheyCome) {
  Record record;
  const auto server = echo_server(record);
  Client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  // The answer's first piece is here before the request has ended.
  std::string seen;
  while (seen.find("abc") == seen.npos) {
    char bytes[1024];
    const ssize_t got = ::recv(client.descriptor(), bytes, sizeof bytes, 0);
    ASSERT_GT(got, 0);
    seen.append(bytes, static_cast<std::size_t>(got));
  }
  EXPECT_NE(seen.find("X-Echo: 1\r\n"), seen.npos);
  EXPECT_NE(seen.find("Trailer: X-Bytes\r\n"), seen.npos);
  client.send("0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string rest;
  while (rest.find("/next") == rest.npos) {
    char bytes[1024];
    const ssize_t got = ::recv(client.descriptor(), bytes, sizeof bytes, 0);
    ASSERT_GT(got, 0);
    rest.append(bytes, static_cast<std::size_t>(got));
  }
  EXPECT_TRUE(rest.starts_with("0\r\nX-Bytes: 3\r\n\r\nHTTP/1.1 200 OK\r\n")) << rest;
}

TEST(Stream, EchoesFiftyMegabytesWithBoundedMemory) {
  constexpr std::size_t kBytes = 50'000'000;
  Record record;
  const auto server = echo_server(record, Options{.stream_high_water_bytes = 256 * 1024});
  Client client(server->port());
  std::thread sender([&] {
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    std::string block(1'000'000, ' ');
    for (std::size_t i = 0; i < kBytes / block.size(); ++i) {
      block.assign(block.size(), static_cast<char>('a' + i % 26));
      client.send(block);
    }
  });
  const Answer answer = client.receive();
  sender.join();
  ASSERT_EQ(answer.body.size(), kBytes);
  for (std::size_t i = 0; i < kBytes; i += 999'983) {
    ASSERT_EQ(answer.body[i], static_cast<char>('a' + i / 1'000'000 % 26)) << i;
  }
  EXPECT_EQ(answer.trailers, "X-Bytes: 50000000\r\n");
}

TEST(Stream, StopsReadingFromAClientThatDoesNotRead) {
  Record record;
  const auto server = echo_server(record, Options{.stream_high_water_bytes = 100'000});
  Client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  // Sends until nothing more goes: the server's window is closed. Socket buffers take some of it.
  timeval limit{0, 200'000};
  setsockopt(client.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  std::size_t sent = 0;
  while (sent < (std::size_t(1) << 30)) {
    const ssize_t got = ::send(client.descriptor(), chunk.data() + sent % chunk.size(), chunk.size() - sent % chunk.size(), MSG_NOSIGNAL);
    if (got <= 0) break;
    sent += static_cast<std::size_t>(got);
  }
  EXPECT_LT(sent, std::size_t(64) << 20);
  EXPECT_TRUE(record.was_congested);
  // Reading makes it go on.
  std::thread sender([&] {
    limit = {10, 0};
    setsockopt(client.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    client.send(std::string_view(chunk).substr(sent % chunk.size()));
    client.send("0\r\n\r\n");
  });
  const Answer answer = client.receive();
  sender.join();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size() % 0x10000, 0u);
  EXPECT_GE(record.drains, 1);
}

TEST(Stream, HearsOfAClientThatVanishes) {
  Record record;
  const auto server = echo_server(record);
  Client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  client.vanish();
  record.aborted.get_future().get();
}

TEST(Stream, CutsAClientThatIsSlowOrSendsNonsense) {
  for (const char* body : {"3\r\nabc\r\n", "nonsense\r\n"}) {
    Record record;
    const auto server = echo_server(record, Options{.body_timeout_ms = 50});
    Client client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(body);
    EXPECT_EQ(client.receive().status, 0) << body;  // no last chunk: the reader knows it is cut
    record.aborted.get_future().get();
  }
}

// Answers before the body has come: at once in open_stream(), or never begins and throws.
class Early final : public StreamReceiver {
 public:
  explicit Early(std::shared_ptr<Stream> stream) {
    stream->begin(403, "text/plain");
    stream->write("no");
    stream->finish();
  }
  void on_body(std::string_view) override { FAIL(); }
  void on_end() override { FAIL(); }
  void on_abort() noexcept override {}
};

class Thrower final : public StreamReceiver {
 public:
  void on_body(std::string_view) override { throw std::runtime_error("bad"); }
  void on_end() override {}
  void on_abort() noexcept override {}
};

TEST(Stream, MayAnswerEarlyOrThrow) {
  const auto server = Server::start({}, factory_of({.open_stream = [](const Request& head, auto stream) {
                                      std::unique_ptr<StreamReceiver> receiver;
                                      if (head.path == "/throw") {
                                        receiver = std::make_unique<Thrower>();
                                      } else {
                                        receiver = std::make_unique<Early>(std::move(stream));
                                      }
                                      return receiver;
                                    }}));
  ASSERT_TRUE(server.ok());
  Client early((*server)->port());
  early.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nabc");
  const Answer answer = early.receive();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "no");
  EXPECT_TRUE(early.ended());
  Client thrown((*server)->port());
  thrown.send("POST /throw HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nabc");
  EXPECT_EQ(thrown.receive().status, 500);
}

TEST(Stream, EndsWithTheConnectionForHttp10AndHasNoBodyForHead) {
  Record record;
  const auto server = echo_server(record);
  Client old(server->port());
  old.send("POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc");
  const Answer answer = old.receive();
  EXPECT_EQ(answer.header("Transfer-Encoding"), "");
  EXPECT_EQ(answer.body, "abc");
  Record other;
  const auto second = echo_server(other);
  Client head(second->port());
  head.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.receive(true).status, 200);
  EXPECT_EQ(head.receive().body, "/b");
}

TEST(Stream, FinishesLaterFromTheLoop) {
  std::shared_ptr<Stream> held;
  Loop* loop = nullptr;
  std::promise<void> ended;
  class Late final : public StreamReceiver {
   public:
    explicit Late(std::promise<void>& ended) : ended_(ended) {}
    void on_body(std::string_view) override {}
    void on_end() override { ended_.set_value(); }
    void on_abort() noexcept override {}

   private:
    std::promise<void>& ended_;
  };
  auto server = Server::start({}, [&](Loop& made) {
    loop = &made;
    return std::make_unique<testing::FunctionApplication>(
        testing::Functions{.open_stream = [&](const Request&, std::shared_ptr<Stream> stream) {
          held = std::move(stream);
          return std::make_unique<Late>(ended);
        }});
  });
  ASSERT_TRUE(server.ok());
  Client client((*server)->port());
  client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  ended.get_future().get();
  loop->post([&] {
    held->begin(200, "text/plain");
    held->write("one ");
    loop->post([&] {
      held->write("two");
      held->finish();
      held.reset();
    });
  });
  EXPECT_EQ(client.receive().body, "one two");
}

}  // namespace
}  // namespace greenlang::http
