// What a request says and what a response says (RFC 9110), free of sockets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greenlang::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Views into the connection's buffer; who hands out a Request says how long they live.
struct Request {
  struct Field {
    std::string_view name;
    std::string_view value;  // without white space around it
  };

  std::string_view method;  // as sent, case-sensitive: "GET", "POST", ...
  std::string_view target;  // as sent: "/v1/tools/x?y=1"
  std::string_view path;    // the target up to '?', still percent-encoded; "*" for OPTIONS *
  std::string_view query;   // after '?', still percent-encoded
  std::string_view body;    // decoded from chunks; empty on a streaming route
  std::span<const Field> fields;
  std::string remote_address;  // the peer's IP address, without the port
  int version_minor = 1;       // HTTP/1.<version_minor>: 0 or 1

  // The first field of that name (any case), or empty.
  std::string_view header(std::string_view name) const;
  // The decoded value of a query parameter: %XX and '+' as in HTML forms; "?a" and "?a=" are "".
  // A percent sign without two hex digits stands for itself.
  std::optional<std::string> query_value(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";  // empty: no Content-Type field
  std::string body;
  Headers headers;  // not Content-Type, Content-Length, Date, Connection, Transfer-Encoding
};

// ASCII only, as field names are.
bool equals_ignoring_case(std::string_view a, std::string_view b);

// "Not Found" for 404, "Unknown" for a status without a name in RFC 9110.
std::string_view reason_phrase(int status);

// An RFC 9457 problem document: {"detail":..,"status":..,"title":..,"type":"about:blank"}.
// `detail` empty leaves that member out.
Response problem(int status, std::string_view detail);

}  // namespace greenlang::http
