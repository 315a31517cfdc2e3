// The streaming side of a Connection: the request's body in pieces, the response in pieces.
#include <utility>

#include "base/check.hpp"
#include "http/connection.hpp"
#include "http/response_writer.hpp"

namespace greenlang::http {

void ConnectionStream::begin(int status, std::string content_type, Headers headers, std::vector<std::string> trailer_names) {
  GL_CHECK(!begun);
  begun = true;
  if (connection) connection->stream_begin(status, content_type, headers, trailer_names);
}

void ConnectionStream::write(std::string_view piece) {
  GL_CHECK(begun && !finished);
  if (connection && !piece.empty()) connection->stream_write(piece);
}

void ConnectionStream::finish(Headers trailers) {
  GL_CHECK(begun && !finished);
  finished = true;
  if (connection) connection->stream_finish(trailers);
}

bool ConnectionStream::congested() const { return connection && (connection->congested_ || connection->over_high_water()); }

// Asks the application whether it wants this request as a stream.
bool Connection::offer_stream() {
  if (!stream_) stream_ = std::make_shared<ConnectionStream>(this);
  state_ = State::kStreaming;
  input_ended_ = congested_ = false;
  chunked_ = reader().request().version_minor > 0;
  try {
    receiver_ = loop_.application().open_stream(reader().request(), stream_);
  } catch (...) {
    loop_.report_exception("open_stream");
    fail_stream(500, "");
    return true;
  }
  if (receiver_) {
    reader().stream_body(loop_.options().stream_body_bytes);
    return true;
  }
  GL_CHECK(!stream_->begun);
  state_ = State::kReading;
  if (stream_.use_count() > 1) {  // kept although declined: it must not meet a later request
    stream_->connection = nullptr;
    stream_.reset();
  }
  return false;
}

bool Connection::deliver_piece() {
  try {
    receiver_->on_body(reader().piece());
  } catch (...) {
    loop_.report_exception("on_body");
    fail_stream(500, "");
  }
  return true;
}

bool Connection::end_input() {
  input_ended_ = true;
  phase_ = Phase::kNone;
  try {
    receiver_->on_end();
  } catch (...) {
    loop_.report_exception("on_end");
    fail_stream(500, "");
  }
  return true;
}

// Between two calls of the receiver: forgets it once the response is finished.
void Connection::settle_stream() {
  if (!stream_->finished) return;
  receiver_.reset();
  release_stream();
  read_deadline_ms_ = kNever;
  const bool close = close_after_answer_ || !input_ended_ || loop_.draining();
  state_ = close ? State::kClosing : State::kAnswered;
}

void Connection::relieve_stream() {
  const std::size_t low_water = loop_.options().stream_high_water_bytes / 2;
  if (state_ != State::kStreaming || !congested_ || pending_bytes() > low_water) return;
  congested_ = false;
  try {
    receiver_->on_drain();
  } catch (...) {
    loop_.report_exception("on_drain");
    fail_stream(500, "");
  }
}

// Ends a stream that went wrong: with a problem document when nothing has been said yet, else by
// cutting the connection, which is how a reader of chunks knows that the body is not complete.
void Connection::fail_stream(int status, std::string_view detail) {
  loop_.count_refusal(status);
  if (stream_->begun) return abort();
  release_stream();
  answer(problem(status, detail), true);
}

void Connection::release_stream() {
  if (stream_) stream_->connection = nullptr;
  stream_.reset();
  if (const auto receiver = std::move(receiver_)) receiver->on_abort();
}

void Connection::stream_begin(int status, std::string_view content_type, const Headers& headers,
                              const std::vector<std::string>& trailer_names) {
  Framing framing;
  framing.date = loop_.date();
  framing.close = close_after_answer_;
  framing.chunked = chunked_;
  append_stream_head(out_, status, content_type, headers, trailer_names, framing);
  if (!processing_) resume_later();
}

void Connection::stream_write(std::string_view piece) {
  if (without_body_) return;
  if (chunked_) {
    append_chunk(out_, piece);
  } else {
    out_ += piece;
  }
  if (!processing_) resume_later();
}

void Connection::stream_finish(const Headers& trailers) {
  if (chunked_ && !without_body_) append_last_chunk(out_, trailers);
  if (!processing_) resume_later();
}

}  // namespace greenlang::http
