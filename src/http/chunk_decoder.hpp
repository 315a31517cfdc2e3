// The chunked transfer coding (RFC 9112 section 7.1), sans I/O: bytes in, pieces of the body out.
// Strict: CRLF only, no white space around the size; chunk extensions and trailer fields are
// checked for length and control characters, then ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace greenlang::http {

// Not thread-safe.
class ChunkDecoder {
 public:
  static constexpr std::size_t kLineBytesMax = 4096;      // a size line or a trailer field
  static constexpr std::size_t kTrailerBytesMax = 16384;  // all trailer fields

  enum class Event { kNeedMore, kPiece, kEnd, kFailed };
  struct Step {
    Event event;
    std::size_t consumed;    // bytes of `input` that are done with
    std::string_view piece;  // kPiece: a part of `input`, never empty
  };

  // `input` is what has come and was not consumed yet. After kEnd and kFailed comes only reset().
  Step next(std::string_view input);
  void reset() { *this = {}; }
  // What the current chunk still owes.
  std::uint64_t left_bytes() const { return left_bytes_; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer };
  enum class Line { kPart, kWhole, kBad };

  Line take_line(std::string_view input, std::string_view& line) const;
  bool take_size(std::string_view line);

  State state_ = State::kSize;
  std::uint64_t left_bytes_ = 0;  // of the chunk
  std::size_t trailer_bytes_ = 0;
};

}  // namespace greenlang::http
