// For tests of servers: a blocking client on a plain socket that can also misbehave, and an
// application made of functions. Not for production code.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"
#include "http/server.hpp"

namespace greenlang::http::testing {

struct Answer {
  int status = 0;  // 0: the connection ended before a whole answer came
  std::string head;
  std::string body;      // chunks put together
  std::string trailers;  // of a chunked body, as sent

  std::string header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(rest.size(), line.size() + 2));
      const std::size_t colon = line.find(": ");
      if (colon != line.npos && equals_ignoring_case(line.substr(0, colon), name)) {
        return std::string(line.substr(colon + 2));
      }
    }
    return {};
  }
};

// Blocking, with a time limit of 10 s on each receive so that a broken server fails the test.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { vanish(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void send_end() { ::shutdown(socket_, SHUT_WR); }
  // With a reset instead of a goodbye.
  void vanish() {
    if (socket_ < 0) return;
    const linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(socket_, -1));
  }

  // Reads one answer; `to_head` for an answer to HEAD.
  Answer receive(bool to_head = false) {
    Answer answer;
    const std::size_t head_end = find("\r\n\r\n");
    if (head_end == std::string::npos) return answer;
    answer.head = take(head_end + 4);
    const int status = std::atoi(answer.head.c_str() + 9);
    const std::string length = answer.header("Content-Length");
    bool whole = true;
    if (to_head || status < 200) {
    } else if (answer.header("Transfer-Encoding") == "chunked") {
      whole = receive_chunks(answer);
    } else if (!length.empty()) {
      const auto size = static_cast<std::size_t>(std::atoll(length.c_str()));
      while (buffer_.size() < size && more()) {
      }
      whole = buffer_.size() >= size;
      answer.body = take(size);
    } else if (status != 204 && status != 304) {
      answer.body = receive_all();
    }
    if (whole) answer.status = status;
    return answer;
  }
  // Everything until the server ends the connection.
  std::string receive_all() {
    while (more()) {
    }
    return take(buffer_.size());
  }
  // True when the server has ended the connection and nothing else comes.
  bool ended() { return buffer_.empty() && !more(); }

 private:
  bool more() {
    char bytes[65536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }
  std::size_t find(std::string_view mark) {
    for (;;) {
      const std::size_t at = buffer_.find(mark);
      if (at != std::string::npos || !more()) return at;
    }
  }
  bool receive_chunks(Answer& answer) {
    for (;;) {
      const std::size_t line = find("\r\n");
      if (line == std::string::npos) return false;
      const std::size_t size = std::strtoull(take(line + 2).c_str(), nullptr, 16);
      if (size == 0) break;
      while (buffer_.size() < size + 2 && more()) {
      }
      if (buffer_.size() < size + 2) return false;
      answer.body += take(size);
      take(2);
    }
    for (;;) {
      const std::size_t line = find("\r\n");
      if (line == std::string::npos) return false;
      if (line == 0) return take(2).size() == 2;
      answer.trailers += take(line + 2);
    }
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

// An application of functions; a missing one answers 200 with the path as body, or declines.
struct Functions {
  std::function<void(ExchangePtr)> handle;
  std::function<std::unique_ptr<StreamReceiver>(const Request&, std::shared_ptr<Stream>)> open_stream;
};

class FunctionApplication final : public Application {
 public:
  explicit FunctionApplication(Functions functions) : functions_(std::move(functions)) {}
  std::unique_ptr<StreamReceiver> open_stream(const Request& head, std::shared_ptr<Stream> stream) override {
    return functions_.open_stream ? functions_.open_stream(head, std::move(stream)) : nullptr;
  }
  void handle(ExchangePtr exchange) override {
    if (functions_.handle) return functions_.handle(std::move(exchange));
    exchange->respond({200, "text/plain", std::string(exchange->request().path), {}});
  }

 private:
  Functions functions_;
};

inline ApplicationFactory factory_of(Functions functions) {
  return [functions = std::move(functions)](Loop&) { return std::make_unique<FunctionApplication>(functions); };
}

}  // namespace greenlang::http::testing
