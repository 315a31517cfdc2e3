// Writes responses as HTTP/1.1 bytes (RFC 9112), sans I/O: head and body are appended to one buffer
// so that they leave in one system call.
// Every response says "X-Content-Type-Options: nosniff" and, unless it sets its own,
// "Cache-Control: no-store". A field whose name or value could break the framing (CR, LF, NUL) is
// left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace greenlang::http {

struct Framing {
  std::string_view date;      // of the Date field
  bool close = false;         // say "Connection: close"
  bool without_body = false;  // the answer to HEAD: the same head, no body
  bool chunked = false;       // of a stream; otherwise it ends with the connection
};

void append_response(std::string& out, const Response& response, const Framing& framing);

// The head of a stream of unknown length. Chunk by chunk follows, then the last one with trailers.
void append_stream_head(std::string& out, int status, std::string_view content_type, const Headers& headers,
                        const std::vector<std::string>& trailer_names, const Framing& framing);
void append_chunk(std::string& out, std::string_view piece);  // `piece` must not be empty
void append_last_chunk(std::string& out, const Headers& trailers);

// IMF-fixdate of RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_s);

}  // namespace greenlang::http
