#include "http/request_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

namespace greenlang::http {
namespace {

using namespace std::string_literals;
using Event = RequestReader::Event;

// The last status, or 200 for whole requests, 0 for an unfinished one; and what the requests said.
struct Outcome {
  int status = 0;
  std::string said;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t step = SIZE_MAX, bool streamed = false, ReaderLimits limits = {},
             std::uint64_t body_limit = 1 << 20) {
  RequestReader reader(limits);
  Outcome outcome;
  while (!bytes.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min({step, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), size);
    reader.received(size);
    bytes.remove_prefix(size);
    Event event;
    while ((event = reader.next()) != Event::kNeedMore) {
      const Request& request = reader.request();
      if (event == Event::kFailed) {
        outcome.status = reader.status();
        return outcome;
      }
      if (event == Event::kHead) {
        outcome.status = 0;
        outcome.said += std::string(request.method) + ' ' + std::string(request.path) + '?' + std::string(request.query) +
                        (reader.keep_alive() ? " keep" : " close");
        streamed ? reader.stream_body(body_limit) : reader.collect_body(body_limit);
      }
      if (event == Event::kBody) outcome.said += reader.piece();
      if (event == Event::kEnd) {
        outcome.said += std::string(request.body) + "|";
        outcome.status = 200;
        reader.begin_next();
      }
    }
  }
  return outcome;
}

int status_of(const std::string& bytes, ReaderLimits limits = {}) {
  const Outcome whole = read(bytes, SIZE_MAX, false, limits);
  EXPECT_EQ(whole, read(bytes, 1, false, limits)) << bytes;
  EXPECT_EQ(whole.status, read(bytes, 3, true, limits).status) << bytes;
  return whole.status;
}

std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

TEST(RequestReader, TakesARequestApart) {
  RequestReader reader{ReaderLimits{}};
  const std::string bytes =
      "POST /v1/tools/x?unit=kWh&a=%41+b&flag&bad=%zz HTTP/1.1\r\nHost: example\r\n"
      "X-Thing: \t spaced out \r\nContent-Length: 4\r\n\r\nbody";
  std::memcpy(reader.space().data(), bytes.data(), bytes.size());
  reader.received(bytes.size());
  ASSERT_EQ(reader.next(), Event::kHead);
  reader.collect_body(4);
  ASSERT_EQ(reader.next(), Event::kEnd);
  const Request& request = reader.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/tools/x");
  EXPECT_EQ(request.body, "body");
  EXPECT_EQ(request.header("x-thing"), "spaced out");
  EXPECT_EQ(request.header("none"), "");
  EXPECT_EQ(request.query_value("unit"), "kWh");
  EXPECT_EQ(request.query_value("a"), "A b");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_EQ(request.query_value("bad"), "%zz");
  EXPECT_EQ(request.query_value("none"), std::nullopt);
  EXPECT_EQ(request.version_minor, 1);
}

TEST(RequestReader, AcceptsWhatTheStandardAllows) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 200);
  EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(status_of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status_of("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status_of(post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab")), 200);
  EXPECT_EQ(status_of(post("Transfer-Encoding: Chunked\r\n", "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: v\r\n\r\n")), 200);
  EXPECT_EQ(read("GET http://a:80/p?q HTTP/1.1\r\nHost: a\r\n\r\n").said, "GET /p?q keep|");
  EXPECT_EQ(read("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").said, "GET /? keep|");
  EXPECT_EQ(read("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n").said, "GET /?q keep|");
}

TEST(RequestReader, TellsWhetherTheConnectionStays) {
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n").said, "GET /? close|");
  EXPECT_EQ(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").said, "GET /? close|");
}

TEST(RequestReader, RefusesAMalformedHead) {
  for (const char* bytes : {"GET\r\n\r\n",
                            "GET /\r\n\r\n",
                            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                            "\r\n\r\n",
                            "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                            "GET / HTTX/1.1\r\nHost: a\r\n\r\n",
                            "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
                            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                            "GET /#f HTTP/1.1\r\nHost: a\r\n\r\n",
                            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
                            "GET / HTTP/1.1\nHost: a\n\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: 1\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
                            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n",
                            "GET / HTTP/1.1\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                            "\x16\x03\x01\x02\r\n\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
  EXPECT_EQ(status_of("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s), 400);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
}

TEST(RequestReader, RefusesFramingThatTwoServersMightReadDifferently) {
  EXPECT_EQ(status_of(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")), 400);
  EXPECT_EQ(status_of(post("Content-Length: 3\r\nContent-Length: 4\r\n")), 400);
  for (const char* length : {"-1", "+1", "1 2", "0x10", "", "99999999999999999999999"}) {
    EXPECT_EQ(status_of(post("Content-Length: " + std::string(length) + "\r\n")), 400) << length;
  }
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip\r\n")), 501);
  EXPECT_EQ(status_of(post("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  for (const char* chunks : {"x\r\n", "-1\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "1\na\r\n", "1\r\nabc", "\r\n", "fffffffffffffffff\r\n",
                             "1\r\na\r\n0\r\nbad\x01\r\n\r\n"}) {
    EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\n", chunks)), 400) << chunks;
  }
}

TEST(RequestReader, HasLimits) {
  const ReaderLimits limits{.header_bytes = 512, .header_count = 4, .target_bytes = 100};
  const auto get = [](std::size_t target, const std::string& fields) {
    return "GET /" + std::string(target - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  };
  EXPECT_EQ(status_of(get(100, ""), limits), 200);
  EXPECT_EQ(status_of(get(101, ""), limits), 414);
  EXPECT_EQ(status_of("GET /" + std::string(1000, 'x'), limits), 414);
  EXPECT_EQ(status_of(get(9, "a: 1\r\nb: 2\r\nc: 3\r\n"), limits), 200);
  EXPECT_EQ(status_of(get(9, "a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n"), limits), 431);
  EXPECT_EQ(status_of(get(9, "a: " + std::string(600, 'x') + "\r\n"), limits), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\na: " + std::string(600, 'x'), limits), 431);
  EXPECT_EQ(read(post("Content-Length: 5\r\n", "12345"), 1, false, {}, 5).status, 200);
  EXPECT_EQ(read(post("Content-Length: 6\r\n"), 1, false, {}, 5).status, 413);
  const std::string chunked = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n3\r\nabc\r\n");
  EXPECT_EQ(read(chunked, 1, false, {}, 5).status, 413);
  EXPECT_EQ(read(chunked, SIZE_MAX, true, {}, 5).status, 413);
  EXPECT_EQ(status_of(post("Transfer-Encoding: chunked\r\n", "1;" + std::string(5000, 'x'))), 400);
}

TEST(RequestReader, KeepsViewsRightWhenItsBufferMoves) {
  const std::string body(300'000, 'b');
  const std::string bytes = post("X: y\r\nContent-Length: 300000\r\n", body);
  const Outcome outcome = read(bytes + bytes, 1000);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.said, "POST /x? keep" + body + "|POST /x? keep" + body + "|");
}

RC_GTEST_PROP(RequestReaderProperty, TheSameBytesCutAnywhereSayTheSame, ()) {
  static const std::vector<std::string> parts{"GET / HTTP/1.1\r\n",
                                              "POST /p?q HTTP/1.1\r\n",
                                              "Host: a\r\n",
                                              "Content-Length: 3\r\n",
                                              "abc",
                                              "Transfer-Encoding: chunked\r\n",
                                              "3\r\nabc\r\n",
                                              "0\r\n\r\n",
                                              "\r\n",
                                              "\n",
                                              " ",
                                              "X: y\r\n",
                                              "Connection: close\r\n",
                                              "HTTP/1.0\r\n"};
  std::string bytes;
  for (const std::size_t part : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, parts.size()))) {
    bytes += parts[part];
  }
  const bool streamed = *rc::gen::arbitrary<bool>();
  const auto step = *rc::gen::inRange<std::size_t>(1, 20);
  RC_ASSERT(read(bytes, SIZE_MAX, streamed) == read(bytes, step, streamed));
}

RC_GTEST_PROP(RequestReaderProperty, ChunksPutTogetherAreTheBody, (std::string body)) {
  std::string chunks;
  for (std::size_t at = 0; at < body.size();) {
    const auto size = std::min(body.size() - at, *rc::gen::inRange<std::size_t>(1, 50));
    char head[16];
    std::snprintf(head, sizeof head, "%zX\r\n", size);
    chunks += head + body.substr(at, size) + "\r\n";
    at += size;
  }
  const std::string bytes = post("Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n");
  const auto step = *rc::gen::inRange<std::size_t>(1, 100);
  RC_ASSERT(read(bytes, step).said == "POST /x? keep" + body + "|");
}

}  // namespace
}  // namespace greenlang::http
