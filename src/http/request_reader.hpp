// Reads requests from bytes (RFC 9112), sans I/O: the connection puts bytes into space(), asks
// next() what happened, and the same bytes give the same answers however they are cut.
//
//   next() -> kHead   -> collect_body() or stream_body() must be called
//          -> kBody   (streamed only) piece() holds a part of the body
//          -> kEnd    the request is complete; begin_next() makes room for the one behind it
//          -> kFailed status() and detail() say what to answer; nothing may follow it
//
// Boost.Beast's parser judges the grammar. On top of it this refuses: obs-fold and bare LF (400),
// no Host or two of them in HTTP/1.1 (400), Transfer-Encoding in HTTP/1.0 (400) or other than
// exactly "chunked" (501), targets that are neither a path, an http(s) URL nor OPTIONS * (400), and
// what is over the limits (413, 414, 431). One empty line before a request is skipped (RFC 9112
// section 2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunk_decoder.hpp"
#include "http/message.hpp"

namespace greenlang::http {

struct ReaderLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t target_bytes = 8 * 1024;
};

// Not thread-safe. Allocates nothing in the steady state: buffers are kept from request to request.
class RequestReader {
 public:
  enum class Event { kNeedMore, kHead, kBody, kEnd, kFailed };

  explicit RequestReader(const ReaderLimits& limits);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Room for the next bytes, at least 2 KiB. May move the buffer: the views in request() follow,
  // copies of them do not, so do not call it while somebody still reads a request that is kEnd.
  std::span<char> space();
  void received(std::size_t bytes);  // that many bytes of space() have been filled

  Event next();
  void collect_body(std::uint64_t limit_bytes);
  void stream_body(std::uint64_t limit_bytes);
  std::string_view piece() const { return piece_; }  // valid until next() or space()

  // From kHead on, until begin_next(). `remote_address` is the caller's to fill.
  const Request& request() const { return request_; }
  Request& request() { return request_; }
  bool keep_alive() const { return keep_alive_; }              // HTTP/1.1 without "close"
  bool expects_continue() const { return expects_continue_; }  // and the body has not come yet

  int status() const { return status_; }
  std::string_view detail() const { return detail_; }

  const ReaderLimits& limits() const { return limits_; }
  // Nothing of the next request has come yet.
  bool idle() const { return stage_ == Stage::kHead && begin_ == end_; }
  bool in_body() const { return stage_ == Stage::kBody; }

  void begin_next();                      // after kEnd
  void begin_next(RequestReader& other);  // takes the rest of `other`, which is at kEnd

 private:
  enum class Stage { kHead, kDecide, kBody, kDone, kFailed };

  Event fail(int status, std::string_view detail);
  Event scan_head();
  Event judge_line(std::size_t line_end);
  Event parse_head();
  bool set_path();
  Event next_length_piece();
  Event next_chunk_piece();
  void make_room(std::size_t wanted);
  void rebase(const char* from, const char* to);
  void reset_request();
  bool in_place() const { return !streaming_ && !chunked_; }

  ReaderLimits limits_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;   // of the request
  std::size_t cursor_ = 0;  // parsed up to here
  std::size_t end_ = 0;     // received up to here

  Stage stage_ = Stage::kHead;
  std::size_t line_begin_ = 0;  // of the line being scanned, from begin_
  std::size_t lines_ = 0;       // complete lines of the head
  std::size_t head_bytes_ = 0;
  bool skipped_empty_line_ = false;

  Request request_;
  std::vector<Request::Field> fields_;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool chunked_ = false;
  bool streaming_ = false;
  std::uint64_t length_bytes_ = 0;  // Content-Length
  std::uint64_t taken_bytes_ = 0;   // of the body
  std::uint64_t limit_bytes_ = 0;
  ChunkDecoder chunks_;
  std::string decoded_;  // a collected chunked body
  std::string_view piece_;

  int status_ = 0;
  std::string_view detail_;
};

}  // namespace greenlang::http
