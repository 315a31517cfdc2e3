#include "http/connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/check.hpp"
#include "http/response_writer.hpp"

namespace greenlang::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kPendingBytesMax = 256 * 1024;  // of answers to pipelined requests
constexpr std::int64_t kDrainLingerMs = 200;          // stopping should not wait for clients to say goodbye

}  // namespace

void ConnectionExchange::respond(Response&& response) {
  GL_CHECK(!answered);
  answered = true;
  if (connection) connection->respond(std::move(response));
}

Connection::Connection(EventLoop& loop, Socket socket, std::string remote_address)
    : loop_(loop), socket_(std::move(socket)), remote_address_(std::move(remote_address)) {
  const Options& options = loop.options();
  exchange_ = std::make_shared<ConnectionExchange>(ReaderLimits{options.header_bytes, options.header_count, options.target_bytes});
  exchange_->connection = this;
  reader().request().remote_address = remote_address_;
}

void Connection::start() {
  // A fresh connection owes its head at once; only later ones may be idle.
  phase_ = Phase::kIdle;
  read_deadline_ms_ = loop_.now_ms() + loop_.options().head_timeout_ms;
  start_read();
}

void Connection::refuse() {
  Response response = problem(503, "too many connections");
  response.headers.emplace_back("Retry-After", std::to_string(loop_.options().retry_after_s));
  loop_.count_refusal(503);
  answer(response, true);
  flush();
}

void Connection::start_read() {
  if (reading_ || state_ == State::kClosed) return;
  reading_ = true;
  const std::span<char> space = state_ == State::kLingering ? loop_.scratch() : reader().space();
  socket_.async_read_some(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(const boost::system::error_code& error, std::size_t bytes) {
  reading_ = false;
  if (state_ == State::kClosed) return;
  if (error == asio::error::eof && state_ == State::kReading && pending_bytes() > 0) {
    state_ = State::kClosing;  // it asks nothing more but still reads
    read_deadline_ms_ = kNever;
    return;
  }
  if (error) {
    // Also a client that shuts its sending side in the middle of a request: it cannot complete it.
    abort();
    return;
  }
  if (state_ == State::kLingering) {
    lingered_bytes_ += bytes;
    if (lingered_bytes_ > loop_.options().body_bytes) return close();
    return start_read();
  }
  reader().received(bytes);
  process();
}

// Goes as far as the received bytes allow, then sends everything at once and reads on.
void Connection::process() {
  processing_ = true;
  while (advance()) {
  }
  processing_ = false;
  flush();
  if (state_ == State::kReading || (state_ == State::kStreaming && !input_ended_ && !congested_)) {
    start_read();
  }
}

// One step; true when another may follow.
bool Connection::advance() {
  if (state_ == State::kStreaming) {
    settle_stream();
    if (state_ == State::kStreaming) {
      if (over_high_water()) flush();  // maybe the socket takes it; if not, stop reading
      congested_ = congested_ || over_high_water();
      if (input_ended_ || congested_) {
        read_deadline_ms_ = kNever;
        phase_ = Phase::kNone;
        return false;
      }
    }
  }
  if (state_ == State::kAnswered) {
    // A client that asks on and on without reading the answers waits until it has read them.
    if (pending_bytes() > kPendingBytesMax) flush();
    if (pending_bytes() > kPendingBytesMax || state_ != State::kAnswered) return false;
    next_request();
  }
  if (state_ != State::kReading && state_ != State::kStreaming) return false;
  switch (reader().next()) {
    case RequestReader::Event::kNeedMore: return on_need_more();
    case RequestReader::Event::kHead: return on_head();
    case RequestReader::Event::kBody: return deliver_piece();
    case RequestReader::Event::kEnd: return state_ == State::kStreaming ? end_input() : on_end();
    case RequestReader::Event::kFailed: return on_bad_request();
  }
  return false;
}

bool Connection::on_need_more() {
  const Options& options = loop_.options();
  Phase phase = Phase::kHead;
  std::int64_t timeout_ms = options.head_timeout_ms;
  if (reader().in_body()) {
    phase = Phase::kBody;
    timeout_ms = options.body_timeout_ms;
  } else if (reader().idle()) {
    if (loop_.draining()) {
      state_ = State::kClosing;  // what was answered before still leaves
      return false;
    }
    phase = Phase::kIdle;
    timeout_ms = options.idle_timeout_ms;
  }
  // A stream's deadline moves with every piece; the others stand from the phase's begin.
  if (phase != phase_ || state_ == State::kStreaming) {
    if (phase == Phase::kBody && phase_ != phase && reader().expects_continue()) {
      out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    phase_ = phase;
    read_deadline_ms_ = loop_.now_ms() + timeout_ms;
  }
  return false;
}

bool Connection::on_head() {
  ++requests_;
  without_body_ = reader().request().method == "HEAD";
  close_after_answer_ = !reader().keep_alive() || loop_.draining() || requests_ >= loop_.options().max_requests_per_connection;
  if (!offer_stream()) reader().collect_body(loop_.options().body_bytes);
  return true;
}

bool Connection::on_end() {
  state_ = State::kHandling;
  phase_ = Phase::kNone;
  read_deadline_ms_ = kNever;
  exchange_->answered = false;
  try {
    loop_.application().handle(exchange_);
  } catch (...) {
    loop_.report_exception("handle");
    if (!exchange_->answered) exchange_->respond(problem(500, ""));
  }
  if (state_ == State::kHandling && exchange_.use_count() == 1) {
    exchange_->respond(problem(500, "the request was dropped"));
  }
  return state_ == State::kAnswered;
}

bool Connection::on_bad_request() {
  if (state_ == State::kStreaming) {
    fail_stream(reader().status(), reader().detail());
  } else {
    loop_.count_refusal(reader().status());
    answer(problem(reader().status(), reader().detail()), true);
  }
  return false;
}

void Connection::respond(Response&& response) {
  GL_CHECK(state_ == State::kHandling);
  answer(response, close_after_answer_ || loop_.draining());
  if (processing_) return;
  const auto self = shared_from_this();  // sending may fail and close
  flush();
  resume_later();
}

void Connection::answer(const Response& response, bool close) {
  Framing framing;
  framing.date = loop_.date();
  framing.close = close;
  framing.without_body = without_body_;
  append_response(out_, response, framing);
  state_ = close ? State::kClosing : State::kAnswered;
  read_deadline_ms_ = kNever;
}

// Goes on from the loop, not from inside the application's call: it may still look at its request.
void Connection::resume_later() {
  if (resume_posted_ || state_ == State::kClosed) return;
  resume_posted_ = true;
  asio::post(loop_.executor(), [self = shared_from_this()] {
    self->resume_posted_ = false;
    if (self->state_ != State::kClosed) self->process();
  });
}

void Connection::next_request() {
  if (exchange_.use_count() == 1) {
    reader().begin_next();
  } else {  // somebody still reads the old request: leave it the buffer
    auto fresh = std::make_shared<ConnectionExchange>(reader().limits());
    fresh->reader.begin_next(reader());
    fresh->reader.request().remote_address = remote_address_;
    fresh->connection = this;
    exchange_->connection = nullptr;
    exchange_ = std::move(fresh);
  }
  state_ = State::kReading;
  phase_ = Phase::kNone;
  without_body_ = false;
}

void Connection::check_deadlines(std::int64_t now_ms) {
  if (state_ == State::kHandling && exchange_.use_count() == 1) {
    exchange_->respond(problem(500, "the request was dropped"));
    return;
  }
  if (now_ms >= write_deadline_ms_) return abort();
  if (now_ms < read_deadline_ms_) return;
  if (state_ == State::kLingering || phase_ == Phase::kIdle) return abort();
  const std::string_view detail = phase_ == Phase::kHead ? "the header came too slowly" : "the body came too slowly";
  if (state_ == State::kStreaming) {
    fail_stream(408, detail);
  } else {
    loop_.count_refusal(408);
    answer(problem(408, detail), true);
  }
  flush();
}

void Connection::drain() {
  if (state_ == State::kReading && reader().idle() && pending_bytes() == 0) abort();
  if (state_ == State::kLingering) {
    read_deadline_ms_ = std::min(read_deadline_ms_, loop_.now_ms() + kDrainLingerMs);
  }
}

}  // namespace greenlang::http
