// One client's connection: reads requests, hands them to the application, writes the answers in
// order. Inside http/ only (it shows Asio). Lives on its loop's thread.
//
// The loop's table owns it; a pending operation also holds it, so that a closed connection's memory
// stays until the operation has come back. The application never holds it: an Exchange and a Stream
// have a plain pointer that closing sets to null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/event_loop.hpp"
#include "http/request_reader.hpp"

namespace greenlang::http {

// Holds the buffer of its request, so that the views live as long as somebody holds the Exchange.
class ConnectionExchange final : public Exchange {
 public:
  explicit ConnectionExchange(const ReaderLimits& limits) : reader(limits) {}
  const Request& request() const override { return reader.request(); }
  void respond(Response&& response) override;

  RequestReader reader;
  Connection* connection = nullptr;
  bool answered = false;
};

class ConnectionStream final : public Stream {
 public:
  explicit ConnectionStream(Connection* owner) : connection(owner) {}
  void begin(int status, std::string content_type, Headers headers, std::vector<std::string> trailer_names) override;
  void write(std::string_view piece) override;
  void finish(Headers trailers) override;
  bool congested() const override;

  Connection* connection;  // null: the stream is over
  bool begun = false;
  bool finished = false;
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(EventLoop& loop, Socket socket, std::string remote_address);

  std::size_t table_index = 0;  // the loop's

  void start();
  void refuse();  // 503 and goodbye: over max_connections
  void check_deadlines(std::int64_t now_ms);
  void drain();  // close now when idle, else after the answer
  void abort();  // cut at once

 private:
  friend class ConnectionExchange;
  friend class ConnectionStream;

  enum class State {
    kReading,    // a request's head or its collected body
    kHandling,   // the application has the request
    kAnswered,   // the answer is in the buffer, the request not yet forgotten
    kStreaming,  // both directions at once
    kClosing,    // the last answer is leaving
    kLingering,  // it has left; wait for the client to close, so that it can read the answer
    kClosed,
  };
  enum class Phase { kNone, kIdle, kHead, kBody };  // what the read deadline is for

  RequestReader& reader() { return exchange_->reader; }
  std::size_t pending_bytes() const { return out_.size() - sent_bytes_; }
  bool over_high_water() const { return pending_bytes() > loop_.options().stream_high_water_bytes; }

  // connection.cpp: reading, handling
  void start_read();
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void process();
  bool advance();
  bool on_head();
  bool on_end();
  bool on_need_more();
  bool on_bad_request();
  void next_request();
  void respond(Response&& response);
  void answer(const Response& response, bool close);
  void resume_later();

  // connection_stream.cpp: streaming
  bool offer_stream();
  bool deliver_piece();
  bool end_input();
  void settle_stream();
  void relieve_stream();
  void fail_stream(int status, std::string_view detail);
  void release_stream();
  void stream_begin(int status, std::string_view content_type, const Headers& headers, const std::vector<std::string>& trailer_names);
  void stream_write(std::string_view piece);
  void stream_finish(const Headers& trailers);

  // connection_output.cpp: sending, closing
  void flush();
  void wait_writable();
  void linger();
  void close();

  EventLoop& loop_;
  Socket socket_;
  std::string remote_address_;
  std::shared_ptr<ConnectionExchange> exchange_;
  State state_ = State::kReading;
  Phase phase_ = Phase::kNone;
  std::int64_t read_deadline_ms_ = kNever;
  std::int64_t write_deadline_ms_ = kNever;
  std::size_t requests_ = 0;
  std::size_t lingered_bytes_ = 0;

  std::string out_;
  std::size_t sent_bytes_ = 0;  // of out_
  bool close_after_answer_ = false;
  bool reading_ = false;  // an operation is pending
  bool waiting_writable_ = false;
  bool processing_ = false;  // inside process(): it flushes at its end
  bool resume_posted_ = false;

  std::shared_ptr<ConnectionStream> stream_;
  std::unique_ptr<StreamReceiver> receiver_;
  bool input_ended_ = false;
  bool congested_ = false;
  bool chunked_ = false;
  bool without_body_ = false;
};

}  // namespace greenlang::http
