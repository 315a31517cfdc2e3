#include "http/server.hpp"

#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "http/event_loop.hpp"
#include "telemetry/log.hpp"

namespace greenlang::http {

struct Server::State {
  std::atomic<std::size_t> connection_count{0};  // of all loops; the only thing they share
  std::vector<std::unique_ptr<EventLoop>> loops;
  std::vector<std::thread> threads;
};

namespace {

constexpr int kLoopsMax = 64;

Result<void> check(const Options& options) {
  if (options.loops < 1 || options.loops > kLoopsMax) {
    return invalid("/loops", "must be from 1 to 64");
  }
  for (const std::int64_t timeout_ms : {options.head_timeout_ms, options.body_timeout_ms, options.idle_timeout_ms, options.write_timeout_ms,
                                        options.linger_timeout_ms, options.drain_ms}) {
    if (timeout_ms < 1) return invalid("", "timeouts must be at least 1 ms");
  }
  if (options.header_bytes < 64 || options.target_bytes < 1 || options.header_count < 1 || options.max_connections < 1 ||
      options.max_requests_per_connection < 1) {
    return invalid("", "a limit is too small for any request");
  }
  return {};
}

// Loops share a port with SO_REUSEPORT, which would also let a second server share it unnoticed.
// Binding once without it finds that out.
Result<void> check_free(const Options& options, const Tcp::endpoint& endpoint, std::atomic<std::size_t>& count) {
  Options one = options;
  one.loops = 1;
  EventLoop probe(0, one, {}, count);
  return probe.listen(endpoint, false);
}

Result<void> listen(const Options& options, std::vector<std::unique_ptr<EventLoop>>& loops, std::atomic<std::size_t>& count) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) return invalid("/address", "must be an IPv4 or IPv6 address");
  Tcp::endpoint endpoint(address, options.port);
  const bool shared = loops.size() > 1;
  if (shared && options.port != 0) {
    if (auto free = check_free(options, endpoint, count); !free) return free;
  }
  for (const auto& loop : loops) {
    if (auto listening = loop->listen(endpoint, shared); !listening) return listening;
    endpoint.port(loop->port());  // the first one's choice is everybody's
  }
  return {};
}

}  // namespace

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(const Options& options, ApplicationFactory factory, Telemetry telemetry) {
  if (auto checked = check(options); !checked) return checked.error();
  auto state = std::make_unique<State>();
  try {
    for (int number = 0; number < options.loops; ++number) {
      state->loops.push_back(std::make_unique<EventLoop>(number, options, telemetry, state->connection_count));
    }
    if (auto listening = listen(options, state->loops, state->connection_count); !listening) {
      return listening.error();
    }
    for (const auto& loop : state->loops) {
      auto application = factory(*loop);
      if (!application) return Error{ErrorCode::kInternal, "the factory made no application"};
      loop->set_application(std::move(application));
    }
    std::unique_ptr<Server> server(new Server(std::move(state)));
    for (const auto& loop : server->state_->loops) {
      server->state_->threads.emplace_back([&loop = *loop] { loop.run(); });
    }
    return server;
  } catch (const std::exception& error) {
    return Error{ErrorCode::kInternal, std::string("cannot start the server: ") + error.what()};
  }
}

std::uint16_t Server::port() const { return state_->loops.front()->port(); }

void Server::stop() {
  for (const auto& loop : state_->loops) loop->drain();
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace greenlang::http
