#include "http/event_loop.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "base/check.hpp"
#include "http/connection.hpp"
#include "http/response_writer.hpp"
#include "telemetry/log.hpp"

namespace greenlang::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kTickMsMax = 250;
constexpr std::int64_t kTickMsMin = 5;
// Beyond max_connections this many more are told so politely; further ones are just closed.
constexpr std::size_t kRefusedConnectionsMax = 64;

// A quarter of the shortest timeout, so that none is late by much.
milliseconds tick_for(const Options& options) {
  const std::int64_t shortest_ms = std::min({options.head_timeout_ms, options.body_timeout_ms, options.idle_timeout_ms,
                                             options.write_timeout_ms, options.linger_timeout_ms, options.drain_ms});
  return milliseconds(std::clamp(shortest_ms / 4, kTickMsMin, kTickMsMax));
}

}  // namespace

// UNSAFE_IO: sockets are touched by this loop's thread only and need no lock; post() from other
// threads stays safe, because the scheduler keeps its own.
EventLoop::EventLoop(int number, const Options& options, Telemetry telemetry, std::atomic<std::size_t>& connection_count)
    : io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      number_(number),
      options_(options),
      telemetry_(telemetry),
      connection_count_(connection_count),
      acceptor_(io_.get_executor()),
      timer_(io_.get_executor()),
      tick_(tick_for(options)) {
  if (telemetry.registry) {
    telemetry::Registry& registry = *telemetry.registry;
    open_ = registry.gauge("http_connections_open", "Client connections that are open.");
    accepted_ = registry.counter("http_connections_total", "Client connections accepted.");
    refused_ = registry.counters("http_refused_requests_total", "Requests the HTTP server itself answered with an error.",
                                 {{"status", {"400", "408", "413", "414", "431", "500", "501", "503", "505"}}});
  }
  read_clocks();
}

EventLoop::~EventLoop() = default;

Result<void> EventLoop::listen(const Tcp::endpoint& endpoint, bool reuse_port) {
  boost::system::error_code error;
  const auto failed = [&](std::string_view what) {
    return Error{ErrorCode::kUnavailable, "cannot " + std::string(what) + " " + endpoint.address().to_string() + " port " +
                                              std::to_string(endpoint.port()) + ": " + error.message()};
  };
  if (acceptor_.open(endpoint.protocol(), error)) return failed("open a socket for");
  acceptor_.set_option(Acceptor::reuse_address(true), error);
  const int on = 1;
  if (reuse_port) {
    setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (acceptor_.bind(endpoint, error)) return failed("bind");
  if (acceptor_.listen(asio::socket_base::max_listen_connections, error)) {
    return failed("listen on");
  }
  return {};
}

std::uint16_t EventLoop::port() const {
  boost::system::error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void EventLoop::set_application(std::unique_ptr<Application> application) { application_ = std::move(application); }

void EventLoop::run() {
  accept();
  schedule_tick();
  for (;;) {
    try {
      io_.run();
      break;
    } catch (...) {  // every call into the application is guarded; this is the last net
      report_exception("loop");
    }
  }
}

void EventLoop::drain() {
  asio::post(io_, [this] { begin_drain(); });
}

void EventLoop::post(std::function<void()> work) {
  asio::post(io_, [this, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      report_exception("posted work");
    }
  });
}

void EventLoop::accept() {
  accepting_ = true;
  acceptor_.async_accept(peer_, [this](const boost::system::error_code& error, Socket socket) {
    accepting_ = false;
    if (draining_) return;
    if (!error) admit(std::move(socket), peer_);
    // Out of descriptors or memory: the tick tries again. A client gone in the queue: go on.
    if (!error || error == asio::error::connection_aborted) accept();
  });
}

void EventLoop::admit(Socket socket, const Tcp::endpoint& peer) {
  boost::system::error_code error;
  socket.non_blocking(true, error);
  if (error) return;
  socket.set_option(Tcp::no_delay(true), error);
  const std::string address = peer.address().to_string(error);
  accepted_.add();
  const std::size_t count = connection_count_.fetch_add(1) + 1;
  open_.add(1);
  auto connection = std::make_shared<Connection>(*this, std::move(socket), address);
  connection->table_index = connections_.size();
  connections_.push_back(connection);
  if (count <= options_.max_connections) {
    connection->start();
  } else if (count <= options_.max_connections + kRefusedConnectionsMax) {
    connection->refuse();
  } else {
    count_refusal(503);
    connection->abort();
  }
}

void EventLoop::forget(Connection& connection) {
  const std::size_t index = connection.table_index;
  GL_CHECK(index < connections_.size() && connections_[index].get() == &connection);
  connections_.back()->table_index = index;
  std::swap(connections_[index], connections_.back());
  const auto last = std::move(connections_.back());  // destroyed after the table is in order
  connections_.pop_back();
  connection_count_.fetch_sub(1);
  open_.add(-1);
  if (draining_ && connections_.empty()) io_.stop();
}

void EventLoop::count_refusal(int status) { refused_.at({std::to_string(status)}).add(); }

void EventLoop::report_exception(std::string_view where) const noexcept {
  if (!telemetry_.logger) return;
  try {
    throw;
  } catch (const std::exception& error) {
    telemetry_.logger->error("exception in the application", {{"where", where}, {"error", error.what()}});
  } catch (...) {
    telemetry_.logger->error("exception in the application", {{"where", where}});
  }
}

void EventLoop::schedule_tick() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void EventLoop::read_clocks() {
  const std::int64_t before_ms = steady_ms_;
  steady_ms_ = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  now_ms_ += std::min<std::int64_t>(steady_ms_ - before_ms, 2 * tick_.count());
  const std::int64_t unix_s = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  if (unix_s == date_s_) return;
  date_s_ = unix_s;
  date_ = http_date(unix_s);
}

void EventLoop::tick() {
  read_clocks();
  // Backwards, because a connection that closes is replaced by the last one.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const auto connection = connections_[i];
    if (steady_ms_ >= drain_deadline_ms_) {
      connection->abort();
    } else {
      connection->check_deadlines(now_ms_);
    }
  }
  try {
    application_->on_tick();
  } catch (...) {
    report_exception("on_tick");
  }
  if (!accepting_ && !draining_) accept();
  schedule_tick();
}

void EventLoop::begin_drain() {
  if (draining_) return;
  draining_ = true;
  read_clocks();
  drain_deadline_ms_ = steady_ms_ + options_.drain_ms;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const auto connection = connections_[i];
    connection->drain();
  }
  if (connections_.empty()) io_.stop();
}

}  // namespace greenlang::http
