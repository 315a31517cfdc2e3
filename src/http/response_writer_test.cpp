#include "http/response_writer.hpp"

#include <gtest/gtest.h>

namespace greenlang::http {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string written(const Response& response, Framing framing = {}) {
  framing.date = kDate;
  std::string out;
  append_response(out, response, framing);
  return out;
}

TEST(ResponseWriter, WritesHeadAndBody) {
  EXPECT_EQ(written({201, "text/plain", "hi", {{"Location", "/x"}}}),
            "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "X-Content-Type-Options: nosniff\r\nContent-Type: text/plain\r\nLocation: /x\r\n"
            "Cache-Control: no-store\r\nContent-Length: 2\r\n\r\nhi");
}

TEST(ResponseWriter, LetsTheResponseSayItsCaching) {
  const std::string out = written({200, "a/b", "", {{"cache-control", "max-age=9"}}});
  EXPECT_NE(out.find("cache-control: max-age=9\r\n"), out.npos);
  EXPECT_EQ(out.find("no-store"), out.npos);
}

TEST(ResponseWriter, LeavesOutWhatWouldSplitTheResponse) {
  const std::string out = written({200, "a/b", "", {{"X", "1\r\nSet-Cookie: evil"}, {"Y", "2"}}});
  EXPECT_EQ(out.find("evil"), out.npos);
  EXPECT_NE(out.find("\r\nY: 2\r\n"), out.npos);
}

TEST(ResponseWriter, KnowsResponsesWithoutBody) {
  EXPECT_EQ(written({204, "", "", {}}).find("Content-Length"), std::string::npos);
  Framing head;
  head.without_body = true;
  head.close = true;
  const std::string out = written({200, "a/b", "body", {}}, head);
  EXPECT_NE(out.find("Content-Length: 4\r\n"), out.npos);
  EXPECT_NE(out.find("Connection: close\r\n"), out.npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(ResponseWriter, WritesStreamsInChunks) {
  std::string out;
  Framing framing{kDate, false, false, true};
  append_stream_head(out, 200, "application/x-ndjson", {}, {"X-Rows"}, framing);
  EXPECT_NE(out.find("Transfer-Encoding: chunked\r\nTrailer: X-Rows\r\n\r\n"), out.npos);
  out.clear();
  append_chunk(out, std::string(17, 'x'));
  append_last_chunk(out, {{"X-Rows", "1"}});
  EXPECT_EQ(out, "11\r\nxxxxxxxxxxxxxxxxx\r\n0\r\nX-Rows: 1\r\n\r\n");
}

TEST(ResponseWriter, WritesDates) {
  EXPECT_EQ(http_date(784111777), kDate);  // the example of RFC 9110 section 5.6.7
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Problem, IsADocumentOfRfc9457) {
  const Response response = problem(404, "no tool \"x\"");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"detail":"no tool \"x\"","status":404,"title":"Not Found","type":"about:blank"})");
  EXPECT_EQ(problem(500, "").body, R"({"status":500,"title":"Internal Server Error","type":"about:blank"})");
}

}  // namespace
}  // namespace greenlang::http
