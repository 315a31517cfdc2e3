// Requests, answers, limits, timeouts and draining, over real sockets on 127.0.0.1 port 0.
#include "http/server.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "http/testing.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace greenlang::http {
namespace {

using testing::Answer;
using testing::Client;
using testing::factory_of;
using testing::Functions;

std::unique_ptr<Server> serve(Functions functions = {}, const Options& options = {}, Telemetry telemetry = {}) {
  auto server = Server::start(options, factory_of(std::move(functions)), telemetry);
  return server ? std::move(*server) : nullptr;
}

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

// What one request on a connection of its own is answered; the connection must end after it.
Answer refused(const std::string& bytes, const Options& options = {}) {
  const auto server = serve({}, options);
  Client client(server->port());
  EXPECT_TRUE(client.send(bytes));
  Answer answer = client.receive();
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_NE(answer.body.find("\"status\":" + std::to_string(answer.status)), std::string::npos);
  EXPECT_TRUE(client.ended());
  return answer;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  const auto server = serve({.handle = [](ExchangePtr exchange) {
    const Request& request = exchange->request();
    exchange->respond({200,
                       "text/plain",
                       std::string(request.method) + " " + std::string(request.body) + " " + request.remote_address,
                       {{"X-Seen", std::string(request.header("x-sent"))}}});
  }});
  Client client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nX-Sent: v\r\nContent-Length: 2\r\n\r\nhi");
    const Answer answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST hi 127.0.0.1");
    EXPECT_EQ(answer.header("X-Seen"), "v");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("Date").size(), 29u);
    EXPECT_EQ(answer.header("Connection"), "");
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Loop* loop = nullptr;
  const auto server = Server::start({}, [&](Loop& made) {
    loop = &made;
    // Every second request is answered later, from the loop.
    return std::make_unique<testing::FunctionApplication>(Functions{.handle = [&](ExchangePtr e) {
      const auto answer = [e] { e->respond({200, "", std::string(e->request().path), {}}); };
      e->request().path.back() % 2 ? loop->post(answer) : answer();
    }});
  });
  ASSERT_TRUE(server.ok());
  Client client((*server)->port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  client.send(bytes);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.receive().body, "/" + std::to_string(i));
}

TEST(Server, LetsAClientThatDoesNotReadWait) {
  std::atomic<int> handled = 0;
  const auto server = serve({.handle = [&](ExchangePtr exchange) {
    ++handled;
    exchange->respond({200, "", std::string(100'000, 'x'), {}});
  }});
  Client client(server->port());
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += kGet;
  client.send(bytes);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.receive().body.size(), 100'000u) << i;
  EXPECT_EQ(handled, 500);
}

TEST(Server, AnswersAClientThatHasEndedItsSide) {
  const auto server = serve({.handle = [](ExchangePtr exchange) {
    exchange->respond({200, "", std::string(20'000'000, 'x'), {}});  // NOLINT(bugprone-string-constructor)
  }});
  Client client(server->port());
  client.send(kGet);
  client.send_end();
  EXPECT_EQ(client.receive().body.size(), 20'000'000u);
  EXPECT_TRUE(client.ended());
}

TEST(Server, KnowsHeadAndHttp10) {
  const auto server = serve();
  Client head(server->port());
  head.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  EXPECT_EQ(head.receive(true).header("Content-Length"), "4");
  EXPECT_EQ(head.receive().body, "/a");
  Client old(server->port());
  old.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Answer answer = old.receive();
  EXPECT_EQ(answer.body, "/old");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(old.ended());
}

TEST(Server, InvitesTheBodyOfAClientThatWaits) {
  const auto server = serve({.handle = [](ExchangePtr exchange) {
    exchange->respond({200, "", std::string(exchange->request().body), {}});
  }});
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_EQ(client.receive().body, "abc");
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 9999999\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST(Server, RefusesWhatIsMalformedOrTooLarge) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refused("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(refused(post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400);
  EXPECT_EQ(refused(post + "Transfer-Encoding: gzip\r\n\r\n").status, 501);
  EXPECT_EQ(refused(post + "Content-Length: 1048577\r\n\r\nfirst bytes").status, 413);
  EXPECT_EQ(refused("GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n").status, 414);
  EXPECT_EQ(refused(post + "X: " + std::string(17'000, 'x') + "\r\n\r\n").status, 431);
  EXPECT_EQ(refused("GET / HTTP/3.0\r\n\r\n").status, 505);
}

TEST(Server, TheRefusalReachesAClientThatIsStillSending) {
  const auto server = serve();
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(500'000, 'x'));
  EXPECT_EQ(client.receive().status, 413);
}

TEST(Server, RefusesTheSlow) {
  const Options hasty{.head_timeout_ms = 50, .body_timeout_ms = 50};
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost:", hasty).status, 408);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", hasty).status, 408);
  const auto server = serve({}, Options{.head_timeout_ms = 50});
  Client silent(server->port());
  EXPECT_TRUE(silent.ended());  // said nothing, is told nothing
}

TEST(Server, ClosesIdleConnectionsAndAfterTheLastAllowedRequest) {
  const auto server = serve({}, Options{.idle_timeout_ms = 50, .max_requests_per_connection = 2});
  Client client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.ended());
  Client busy(server->port());
  busy.send(kGet + kGet + kGet);
  EXPECT_EQ(busy.receive().header("Connection"), "");
  EXPECT_EQ(busy.receive().header("Connection"), "close");
  EXPECT_TRUE(busy.ended());
}

TEST(Server, AbortsAClientThatNeverReads) {
  const auto server = serve({.handle =
                                 [](ExchangePtr exchange) {
    exchange->respond({200, "", std::string(32 << 20, 'x'), {}});
                            }},
                            Options{.write_timeout_ms = 50});
  Client client(server->port());
  client.send(kGet);
  // The server's clock runs on while this client does not read; poll() hears of the reset.
  pollfd hung_up{client.descriptor(), 0, 0};
  EXPECT_EQ(::poll(&hung_up, 1, 10'000), 1);
  EXPECT_EQ(client.receive().status, 0);  // cut before the end
}

TEST(Server, LimitsConnections) {
  const auto server = serve({}, Options{.max_connections = 1});
  auto first = std::make_unique<Client>(server->port());
  first->send(kGet);
  EXPECT_EQ(first->receive().status, 200);
  Client second(server->port());
  const Answer answer = second.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_TRUE(second.ended());
}

TEST(Server, AnExceptionOfTheApplicationIsA500AndALogLine) {
  std::string logged;
  const SystemClock clock;
  const telemetry::Logger logger(
      "test", telemetry::Level::kInfo, [&](std::string_view line) { logged = line; }, clock);
  telemetry::Registry registry;
  auto server = serve({.handle =
                           [](ExchangePtr exchange) {
    if (exchange->request().path == "/drop") return;
    throw std::runtime_error("secret");
                      }},
                      {}, {&logger, &registry});
  Client client(server->port());
  client.send(kGet + "GET /drop HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.receive().status, 500);
  client.send("bad\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  server->stop();
  EXPECT_NE(logged.find("secret"), std::string::npos);
  const std::string text = registry.exposition();
  EXPECT_NE(text.find("http_refused_requests_total{status=\"400\"} 1"), std::string::npos);
  EXPECT_NE(text.find("http_connections_total 1"), std::string::npos);
  EXPECT_NE(text.find("http_connections_open 0"), std::string::npos);
}

// A handler that gives the exchange to another thread, which answers through Loop::post.
TEST(Server, AnswersLaterFromAnotherThread) {
  Loop* loop = nullptr;
  std::promise<ExchangePtr> taken;
  auto server = Server::start({}, [&](Loop& made) {
    loop = &made;
    return std::make_unique<testing::FunctionApplication>(
        Functions{.handle = [&](ExchangePtr exchange) { taken.set_value(std::move(exchange)); }});
  });
  ASSERT_TRUE(server.ok());
  Client client((*server)->port());
  client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  std::thread worker([&] {
    ExchangePtr exchange = taken.get_future().get();
    loop->post([exchange = std::move(exchange)] { exchange->respond({200, "", std::string(exchange->request().path), {}}); });
  });
  EXPECT_EQ(client.receive().body, "/late");
  worker.join();
}

TEST(Server, ARequestStaysReadableWhileItsExchangeIsHeld) {
  std::vector<ExchangePtr> held;
  auto server = serve({.handle = [&](ExchangePtr exchange) {
    exchange->respond({});
    held.push_back(std::move(exchange));
  }});
  Client client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 200);
  client.vanish();
  server->stop();
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0]->request().path, "/1");
  EXPECT_EQ(held[1]->request().path, "/2");
}

TEST(Server, AllLoopsAnswer) {
  std::mutex mutex;
  std::set<int> seen;
  const auto server = Server::start(Options{.loops = 2}, [&](Loop& loop) {
    return std::make_unique<testing::FunctionApplication>(Functions{.handle = [&, number = loop.number()](ExchangePtr exchange) {
      const std::lock_guard lock(mutex);
      seen.insert(number);
      exchange->respond({});
    }});
  });
  ASSERT_TRUE(server.ok());
  // The kernel spreads connections by a hash of their ports: 100 meet both loops but once in 2^99.
  for (int i = 0; i < 100; ++i) {
    Client client((*server)->port());
    client.send(kGet);
    EXPECT_EQ(client.receive().status, 200);
  }
  const std::lock_guard lock(mutex);
  EXPECT_EQ(seen.size(), 2u);
}

TEST(Server, StopLetsWhatIsInFlightFinishAndRefusesNewOnes) {
  Loop* loop = nullptr;
  std::promise<ExchangePtr> taken;
  auto server = Server::start({}, [&](Loop& made) {
    loop = &made;
    return std::make_unique<testing::FunctionApplication>(
        Functions{.handle = [&](ExchangePtr exchange) { taken.set_value(std::move(exchange)); }});
  });
  ASSERT_TRUE(server.ok());
  const std::uint16_t port = (*server)->port();
  Client idle(port);
  Client client(port);
  client.send(kGet);
  ExchangePtr exchange = taken.get_future().get();
  std::thread stopper([&] { (*server)->stop(); });
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(Client(port).connected());
  loop->post([exchange = std::move(exchange)] { exchange->respond({200, "", "done", {}}); });
  const Answer answer = client.receive();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("Connection"), "close");
  client.vanish();
  stopper.join();
}

TEST(Server, StopCutsWhatDoesNotFinishInTime) {
  ExchangePtr held;
  std::promise<void> taken;
  auto server = serve({.handle =
                           [&](ExchangePtr exchange) {
    held = std::move(exchange);
    taken.set_value();
                      }},
                      Options{.drain_ms = 50});
  Client client(server->port());
  client.send(kGet);
  taken.get_future().get();
  server->stop();
  EXPECT_EQ(client.receive().status, 0);
  held->respond({});  // into the void
}

TEST(Server, SaysWhyItCannotStart) {
  const auto server = serve();
  for (const int loops : {1, 2}) {
    const auto second = Server::start(Options{.port = server->port(), .loops = loops}, factory_of({}), {});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(Server::start(Options{.address = "nowhere"}, factory_of({})).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(Server::start(Options{.loops = 0}, factory_of({})).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(Server::start({}, [](Loop&) { return nullptr; }).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace greenlang::http
