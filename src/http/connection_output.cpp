// Sending and closing of a Connection.
#include <boost/asio/buffer.hpp>
#include <utility>

#include "http/connection.hpp"

namespace greenlang::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kKeepBytesMax = 128 * 1024;  // a larger buffer is given back once it is empty

}  // namespace

// Sends what the socket takes now. One call for one answer in the usual case; what remains waits
// for the socket without holding the buffer, so that more may be appended meanwhile.
void Connection::flush() {
  if (state_ == State::kClosed) return;
  while (pending_bytes() > 0) {
    boost::system::error_code error;
    const std::size_t bytes = socket_.write_some(asio::buffer(out_.data() + sent_bytes_, pending_bytes()), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      return wait_writable();
    }
    if (error) return abort();
    sent_bytes_ += bytes;
    write_deadline_ms_ = kNever;
  }
  write_deadline_ms_ = kNever;
  out_.clear();
  sent_bytes_ = 0;
  if (out_.capacity() > kKeepBytesMax && state_ != State::kStreaming) out_ = {};
  if (state_ == State::kClosing) linger();
}

void Connection::wait_writable() {
  if (write_deadline_ms_ == kNever) {
    write_deadline_ms_ = loop_.now_ms() + loop_.options().write_timeout_ms;
  }
  // Cut off what has left before it is the larger part: at most as many bytes move as were sent.
  if (sent_bytes_ > out_.size() / 2) {
    out_.erase(0, sent_bytes_);
    sent_bytes_ = 0;
  }
  if (waiting_writable_) return;
  waiting_writable_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->waiting_writable_ = false;
    if (self->state_ == State::kClosed) return;
    if (error) return self->abort();
    self->flush();
    self->relieve_stream();
    if (self->state_ != State::kClosed) self->process();
  });
}

// Closing a socket that has unread input resets the connection, and the reset may overtake the last
// answer. So: end our side, and wait for the client to end its own.
void Connection::linger() {
  state_ = State::kLingering;
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  read_deadline_ms_ = loop_.now_ms() + loop_.options().linger_timeout_ms;
  if (loop_.draining()) drain();
  start_read();
}

void Connection::abort() {
  if (state_ == State::kClosed) return;
  if (pending_bytes() > 0) {
    // Reset: otherwise the kernel keeps what it has and goes on offering it to a client that does
    // not take it.
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  }
  close();
  release_stream();
}

void Connection::close() {
  state_ = State::kClosed;
  exchange_->connection = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  loop_.forget(*this);
}

}  // namespace greenlang::http
