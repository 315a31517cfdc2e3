// One event loop: a thread's io_context, its listening socket, its connections and their deadlines.
// Inside http/ only (it shows Asio).
//
// One coarse tick per loop checks all deadlines, which connections keep as plain integers: arming a
// timer for each request would cost more than the request.
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "telemetry/metrics.hpp"

namespace greenlang::http {

class Connection;

// The executor is named, not type-erased: any_io_executor costs an allocation or two per operation.
using Executor = boost::asio::io_context::executor_type;
using Tcp = boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<Tcp, Executor>;

inline constexpr std::int64_t kNever = INT64_MAX;

// The two doors into a loop from other threads are post() and the shared connection count.
class EventLoop final : public Loop {
 public:
  EventLoop(int number, const Options& options, Telemetry telemetry, std::atomic<std::size_t>& connection_count);
  ~EventLoop() override;

  Result<void> listen(const Tcp::endpoint& endpoint, bool reuse_port);
  std::uint16_t port() const;
  void set_application(std::unique_ptr<Application> application);
  void run();    // the thread's body; returns after drain()
  void drain();  // thread-safe

  void post(std::function<void()> work) override;
  int number() const override { return number_; }

  // For connections, on the loop's thread.
  const Options& options() const { return options_; }
  Application& application() { return *application_; }
  Executor executor() { return io_.get_executor(); }
  // Monotonic, as of the last tick. Stands still while the loop is blocked: what the loop did not
  // look at in time is not held against the clients.
  std::int64_t now_ms() const { return now_ms_; }
  std::string_view date() const { return date_; }
  bool draining() const { return draining_; }
  std::span<char> scratch() { return scratch_; }  // for bytes that nobody will look at
  void forget(Connection& connection);
  void count_refusal(int status);
  // Logs what an application threw; to be called inside a catch block.
  void report_exception(std::string_view where) const noexcept;

 private:
  void accept();
  void admit(Socket socket, const Tcp::endpoint& peer);
  void schedule_tick();
  void tick();
  void read_clocks();
  void begin_drain();

  boost::asio::io_context io_;  // first: it must outlive the sockets below
  const int number_;
  const Options options_;
  const Telemetry telemetry_;
  std::atomic<std::size_t>& connection_count_;
  std::unique_ptr<Application> application_;
  Acceptor acceptor_;
  Tcp::endpoint peer_;  // of the connection being accepted
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor> timer_;
  std::vector<std::shared_ptr<Connection>> connections_;  // shared with their pending operations
  std::chrono::milliseconds tick_;
  std::int64_t now_ms_ = 0;     // of now_ms()
  std::int64_t steady_ms_ = 0;  // of the system
  std::int64_t date_s_ = 0;
  std::string date_;
  std::vector<char> scratch_ = std::vector<char>(16 * 1024);
  bool accepting_ = false;
  bool draining_ = false;
  std::int64_t drain_deadline_ms_ = kNever;  // by steady_ms_

  telemetry::Gauge open_;
  telemetry::Counter accepted_;
  telemetry::CounterFamily refused_;
};

}  // namespace greenlang::http
