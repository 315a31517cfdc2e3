#include "http/chunk_decoder.hpp"

#include <algorithm>
#include <charconv>

namespace greenlang::http {
namespace {

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

}  // namespace

// A line is judged only when it is whole or too long, so that the outcome does not depend on how
// the bytes were cut.
ChunkDecoder::Line ChunkDecoder::take_line(std::string_view input, std::string_view& line) const {
  const std::size_t end = input.substr(0, kLineBytesMax).find('\n');
  if (end == std::string_view::npos) {
    return input.size() >= kLineBytesMax ? Line::kBad : Line::kPart;
  }
  if (end == 0 || input[end - 1] != '\r') return Line::kBad;
  line = input.substr(0, end - 1);
  return std::all_of(line.begin(), line.end(), is_text) ? Line::kWhole : Line::kBad;
}

bool ChunkDecoder::take_size(std::string_view line) {
  constexpr std::size_t kDigitsMax = 15;  // so that it fits 64 bits with room to add
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_bytes_, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (error != std::errc() || digits > kDigitsMax) return false;
  return digits == line.size() || line[digits] == ';';
}

ChunkDecoder::Step ChunkDecoder::next(std::string_view input) {
  std::size_t consumed = 0;
  for (;;) {
    const std::string_view rest = input.substr(consumed);
    if (state_ == State::kData) {
      if (rest.empty()) return {Event::kNeedMore, consumed, {}};
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, rest.size()));
      left_bytes_ -= size;
      if (left_bytes_ == 0) state_ = State::kDataEnd;
      return {Event::kPiece, consumed + size, rest.substr(0, size)};
    }
    if (state_ == State::kDataEnd) {
      if (rest.size() < 2) return {Event::kNeedMore, consumed, {}};
      if (rest.substr(0, 2) != "\r\n") return {Event::kFailed, consumed, {}};
      consumed += 2;
      state_ = State::kSize;
      continue;
    }
    std::string_view line;
    const Line found = take_line(rest, line);
    if (found == Line::kPart) return {Event::kNeedMore, consumed, {}};
    if (found == Line::kBad) return {Event::kFailed, consumed, {}};
    consumed += line.size() + 2;
    if (state_ == State::kSize) {
      if (!take_size(line)) return {Event::kFailed, consumed, {}};
      state_ = left_bytes_ == 0 ? State::kTrailer : State::kData;
      continue;
    }
    if (line.empty()) return {Event::kEnd, consumed, {}};
    trailer_bytes_ += line.size() + 2;
    if (trailer_bytes_ > kTrailerBytesMax) return {Event::kFailed, consumed, {}};
  }
}

}  // namespace greenlang::http
