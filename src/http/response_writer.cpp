#include "http/response_writer.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/check.hpp"

namespace greenlang::http {
namespace {

constexpr std::string_view kUnsafe("\r\n\0", 3);

void append_unsigned(std::string& out, std::uint64_t value, int base = 10) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (name.empty() || name.find_first_of(kUnsafe) != name.npos || value.find_first_of(kUnsafe) != value.npos) {
    return;
  }
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_head(std::string& out, int status, std::string_view content_type, const Headers& headers, const Framing& framing) {
  GL_CHECK(status >= 200 && status <= 599);
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\nDate: ";
  } else {
    out += "HTTP/1.1 ";
    append_unsigned(out, static_cast<std::uint64_t>(status));
    out += ' ';
    out += reason_phrase(status);
    out += "\r\nDate: ";
  }
  out += framing.date;
  out += "\r\nX-Content-Type-Options: nosniff\r\n";
  if (!content_type.empty()) append_field(out, "Content-Type", content_type);
  bool caching_said = false;
  for (const auto& [name, value] : headers) {
    append_field(out, name, value);
    caching_said = caching_said || equals_ignoring_case(name, "Cache-Control");
  }
  if (!caching_said) out += "Cache-Control: no-store\r\n";
  if (framing.close) out += "Connection: close\r\n";
}

}  // namespace

void append_response(std::string& out, const Response& response, const Framing& framing) {
  out.reserve(out.size() + response.body.size() + 512);
  append_head(out, response.status, response.content_type, response.headers, framing);
  // RFC 9110 section 8.6: 204 must not have a Content-Length, and 304 has no body.
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    out += "Content-Length: ";
    append_unsigned(out, response.body.size());
    out += "\r\n";
  }
  out += "\r\n";
  if (!bodiless && !framing.without_body) out += response.body;
}

void append_stream_head(std::string& out, int status, std::string_view content_type, const Headers& headers,
                        const std::vector<std::string>& trailer_names, const Framing& framing) {
  append_head(out, status, content_type, headers, framing);
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
    for (const std::string& name : trailer_names) append_field(out, "Trailer", name);
  }
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view piece) {
  append_unsigned(out, piece.size(), 16);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

void append_last_chunk(std::string& out, const Headers& trailers) {
  out += "0\r\n";
  for (const auto& [name, value] : trailers) append_field(out, name, value);
  out += "\r\n";
}

std::string http_date(std::int64_t unix_s) {
  using namespace std::chrono;
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds time{seconds{unix_s}};
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday{day}.c_encoding()], unsigned(date.day()),
                kMonths[unsigned(date.month()) - 1], int(date.year()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace greenlang::http
