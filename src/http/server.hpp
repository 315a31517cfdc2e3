// An HTTP/1.1 server (RFC 9110, 9112): N event loops, each one thread with its own listening
// socket, its own connections and its own Application. Nothing is shared between loops but atomics.
//
// A request is either collected (Application::handle gets all of it, the body up to body_bytes) or
// streamed (Application::open_stream: pieces in, pieces out, both at once).
// What the server answers on its own, as problem documents: 400 malformed, 408 slow head or body,
// 413 body too large, 414 target too long, 431 header too large, 500 for an exception of the
// application or a dropped Exchange, 501 unknown transfer coding, 503 with Retry-After over
// max_connections, 505 other HTTP versions. After all of these but 500 the connection closes.
//
// TLS is not here: a gateway in front does it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace greenlang::telemetry {
class Logger;
class Registry;
}  // namespace greenlang::telemetry

namespace greenlang::http {

// One collected request waiting for its answer. Interface, so that tests of handlers can fake it.
// All on the loop's thread. The request's views are valid while the Exchange lives.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  // Exactly once (GL_CHECK), within handle() or later. When the client has gone, nothing happens.
  // An Exchange that is dropped unanswered answers 500.
  virtual void respond(Response&& response) = 0;
};

using ExchangePtr = std::shared_ptr<Exchange>;  // shared by the connection and the handler

// An event loop. Lives as long as its Server.
class Loop {
 public:
  virtual ~Loop() = default;
  // Runs `work` on the loop's thread. Thread-safe. Called on the loop's own thread it runs after
  // the requests that are ready in this turn, which is how work of one turn is batched.
  // After the loop has ended, `work` is dropped. An exception of `work` is caught and logged.
  virtual void post(std::function<void()> work) = 0;
  virtual int number() const = 0;  // 0 to loops - 1
};

// The response of a streaming route. All on the loop's thread; may be held after the connection has
// gone, then every call does nothing. Interface, so that tests can fake it.
class Stream {
 public:
  virtual ~Stream() = default;
  // Status and header; once, before write() (GL_CHECK). `trailer_names` are announced in a Trailer
  // field. The body leaves in chunks, or ended by closing for HTTP/1.0.
  virtual void begin(int status, std::string content_type, Headers headers = {}, std::vector<std::string> trailer_names = {}) = 0;
  // Appends to the body. Bytes leave at the end of the current callback: small pieces are cheap.
  // An empty piece does nothing.
  virtual void write(std::string_view piece) = 0;
  // Ends the response; once, after begin() (GL_CHECK). Before on_end() it also ends the interest in
  // the request's body: the receiver hears nothing more and the connection closes.
  virtual void finish(Headers trailers = {}) = 0;
  // More than the high-water mark waits to be sent: stop producing until on_drain(). The server
  // itself stops reading the request's body meanwhile.
  virtual bool congested() const = 0;
};

// Takes the request's body of a streaming route. Called on the loop's thread. Kept until the
// response is finished and the body has ended, or until on_abort(), whichever is first; then
// destroyed. on_abort() may follow on_end() when the client goes before the response is finished.
class StreamReceiver {
 public:
  virtual ~StreamReceiver() = default;
  virtual void on_body(std::string_view piece) = 0;  // valid during the call
  virtual void on_end() = 0;                         // the whole body has come
  virtual void on_drain() {}                         // congested() has become false again
  // The client went, was too slow, sent nonsense, or the server stops: the stream is dead.
  virtual void on_abort() noexcept = 0;
};

// The program behind the server: one object for each loop, used on that loop's thread only. Made on
// the thread that calls Server::start() and destroyed after its loop has ended.
class Application {
 public:
  virtual ~Application() = default;
  // Asked for every request once its head is complete. nullptr: not a streaming route, the body is
  // collected and handle() called. `head` (without body) is valid until the stream ends.
  // May answer at once through `stream` and still must return a receiver.
  virtual std::unique_ptr<StreamReceiver> open_stream(const Request& head, std::shared_ptr<Stream> stream) = 0;
  virtual void handle(ExchangePtr exchange) = 0;
  virtual void on_tick() {}  // about every 250 ms (less when timeouts are shorter)
};

struct Options {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address, not a name
  std::uint16_t port = 0;             // 0: the system chooses; Server::port() tells
  int loops = 1;                      // 1 to 64

  std::size_t header_bytes = 16 * 1024;  // request line and fields
  std::size_t header_count = 100;
  std::size_t target_bytes = 8 * 1024;
  std::size_t body_bytes = 1024 * 1024;                       // of a collected body
  std::uint64_t stream_body_bytes = std::uint64_t(64) << 30;  // of a streamed body

  // Deadlines are checked by a tick of at most 250 ms, so they may be late by that much.
  std::int64_t head_timeout_ms = 10'000;   // from the first byte, or connect, to the end of it
  std::int64_t body_timeout_ms = 30'000;   // for a collected body; between two pieces of a stream
  std::int64_t idle_timeout_ms = 75'000;   // between two requests
  std::int64_t write_timeout_ms = 30'000;  // without progress in sending
  std::int64_t linger_timeout_ms = 2'000;  // how long a refused client may finish sending
  std::int64_t drain_ms = 10'000;          // stop(): for what is in flight

  std::size_t max_connections = 4096;  // of all loops together
  std::size_t max_requests_per_connection = 1'000'000;
  std::size_t stream_high_water_bytes = 8 * 1024 * 1024;
  int retry_after_s = 1;  // with 503
};

// May be null; must outlive the server.
struct Telemetry {
  const telemetry::Logger* logger = nullptr;
  telemetry::Registry* registry = nullptr;  // http_connections_open, http_connections_total, ...
};

using ApplicationFactory = std::function<std::unique_ptr<Application>(Loop&)>;

class Server {
 public:
  // Listens and starts the threads. Errors: kInvalid for a bad address or option, kUnavailable when
  // the address cannot be bound (already in use), kInternal when the factory throws or gives null.
  static Result<std::unique_ptr<Server>> start(const Options& options, ApplicationFactory factory, Telemetry telemetry = {});
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // Stops accepting, closes idle connections, lets what is in flight finish within drain_ms, cuts
  // the rest, joins the threads. Call it from outside the loops, one thread; twice does no harm.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace greenlang::http
