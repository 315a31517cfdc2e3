#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cctype>
#include <cstring>

#include "base/check.hpp"

namespace greenlang::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kInitialBytes = 4096;
constexpr std::size_t kRoomBytesMin = 2048;
constexpr std::size_t kBodyRoomBytes = 64 * 1024;
constexpr std::size_t kKeepBytesMax = 128 * 1024;  // larger is given back after its request
constexpr std::size_t kLineOverhead = 64;          // method, spaces and version around the target

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Takes a whole head apart; the views point into the bytes that were put.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(Request& request, std::vector<Request::Field>& fields) : request_(request), fields_(fields) {
    header_limit(std::uint32_t(-1));  // the reader has its own limits
    body_limit(boost::none);
  }

  int hosts = 0;
  int version = 11;
  bool foreign_coding = false;
  bool expects_continue = false;

 private:
  using field = beast::http::field;
  using error_code = beast::error_code;

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int http_version, error_code&) override {
    request_.method = view(method);
    request_.target = view(target);
    version = http_version;
  }
  void on_field_impl(field id, beast::string_view name, beast::string_view text, error_code&) override {
    const std::string_view value = view(text);
    fields_.push_back({view(name), value});
    if (id == field::host) ++hosts;
    if (id == field::transfer_encoding && !equals_ignoring_case(value, "chunked")) {
      foreign_coding = true;
    }
    if (id == field::expect && equals_ignoring_case(value, "100-continue")) expects_continue = true;
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Request& request_;
  std::vector<Request::Field>& fields_;
};

struct Refusal {
  int status;
  std::string_view detail;
};

Refusal refusal_of(const beast::error_code& code, std::string_view head) {
  using Code = beast::http::error;
  if (code == Code::bad_version) {
    const std::string_view line = head.substr(0, head.find('\r'));
    const bool ended = head.substr(line.size(), 2) == "\r\n";
    const std::size_t at = line.rfind(" HTTP/");
    const std::string_view version = at == line.npos ? "" : line.substr(at + 6);
    if (ended && version.size() == 3 && version[1] == '.' && std::isdigit(version[0]) && std::isdigit(version[2])) {
      return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    }
    return {400, "malformed request line"};
  }
  if (code == Code::bad_method || code == Code::bad_target) {
    return {400, "malformed request line"};
  }
  if (code == Code::bad_content_length || code == Code::multiple_content_length) {
    return {400, "malformed or contradicting Content-Length"};
  }
  if (code == Code::bad_transfer_encoding) {
    return {400, "malformed Transfer-Encoding, or one beside Content-Length"};
  }
  return {400, "malformed header field"};
}

}  // namespace

RequestReader::RequestReader(const ReaderLimits& limits)
    : limits_(limits), data_(std::make_unique_for_overwrite<char[]>(kInitialBytes)), capacity_(kInitialBytes) {
  fields_.reserve(16);
}

std::span<char> RequestReader::space() {
  std::size_t wanted = kRoomBytesMin;
  if (stage_ == Stage::kBody) {
    wanted = kBodyRoomBytes;
    if (!chunked_) {
      const std::uint64_t missing = length_bytes_ - taken_bytes_;
      wanted = static_cast<std::size_t>(std::clamp<std::uint64_t>(missing, kRoomBytesMin, wanted));
    }
  }
  if (capacity_ - end_ < wanted) make_room(wanted);
  return {data_.get() + end_, capacity_ - end_};
}

void RequestReader::make_room(std::size_t wanted) {
  if (stage_ == Stage::kBody && !in_place()) {
    // The body's parsed bytes are done with: close the gap between the head and what is unread.
    const std::size_t head_end = begin_ + head_bytes_;
    std::memmove(data_.get() + head_end, data_.get() + cursor_, end_ - cursor_);
    end_ -= cursor_ - head_end;
    cursor_ = head_end;
  }
  const std::size_t used = end_ - begin_;
  const char* from = data_.get() + begin_;
  if (capacity_ - used >= wanted) {
    std::memmove(data_.get(), from, used);
    rebase(from, data_.get());
  } else {
    const std::size_t capacity = std::max(2 * capacity_, used + wanted);
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(data.get(), from, used);
    rebase(from, data.get());
    data_ = std::move(data);
    capacity_ = capacity;
  }
  cursor_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
}

void RequestReader::rebase(const char* from, const char* to) {
  if (stage_ == Stage::kHead) return;  // nothing points into the buffer yet
  const auto move = [from, to](std::string_view& text) {
    if (text.data()) text = {to + (text.data() - from), text.size()};
  };
  move(request_.method);
  move(request_.target);
  move(request_.path);
  move(request_.query);
  for (Request::Field& field : fields_) {
    move(field.name);
    move(field.value);
  }
}

void RequestReader::received(std::size_t bytes) {
  GL_CHECK(bytes <= capacity_ - end_);
  end_ += bytes;
}

RequestReader::Event RequestReader::fail(int status, std::string_view detail) {
  stage_ = Stage::kFailed;
  status_ = status;
  detail_ = detail;
  return Event::kFailed;
}

RequestReader::Event RequestReader::next() {
  switch (stage_) {
    case Stage::kHead: return scan_head();
    case Stage::kBody: return chunked_ ? next_chunk_piece() : next_length_piece();
    case Stage::kDone: return Event::kEnd;
    case Stage::kFailed: return Event::kFailed;
    case Stage::kDecide: break;
  }
  GL_CHECK(!"collect_body() or stream_body() comes after kHead");
  return Event::kFailed;
}

// Line by line, so that a limit strikes at the same byte however the bytes were cut.
RequestReader::Event RequestReader::scan_head() {
  for (;;) {
    const std::size_t line = begin_ + line_begin_;
    const auto* found = static_cast<const char*>(std::memchr(data_.get() + cursor_, '\n', end_ - cursor_));
    const std::size_t seen = found ? static_cast<std::size_t>(found - data_.get()) + 1 : end_;
    if (lines_ == 0 && seen - line > std::min(limits_.target_bytes + kLineOverhead, limits_.header_bytes)) {
      return fail(414, "the request line is too long");
    }
    if (seen - begin_ > limits_.header_bytes) return fail(431, "the header is too large");
    cursor_ = seen;
    if (!found) return Event::kNeedMore;
    const Event event = judge_line(seen);
    if (event != Event::kNeedMore) return event;
  }
}

// Looks at the line that ends before `line_end`; kNeedMore when the head goes on.
RequestReader::Event RequestReader::judge_line(std::size_t line_end) {
  const std::size_t line = begin_ + line_begin_;
  const std::size_t size = line_end - line;
  if (size < 2 || data_[line_end - 2] != '\r') return fail(400, "a line must end with CR LF");
  line_begin_ = line_end - begin_;
  if (size == 2) {
    if (lines_ > 0) return parse_head();
    if (skipped_empty_line_) return fail(400, "malformed request line");
    skipped_empty_line_ = true;
    begin_ = line_end;
    line_begin_ = 0;
    return Event::kNeedMore;
  }
  if (lines_ > 0 && (data_[line] == ' ' || data_[line] == '\t')) {
    return fail(400, "folded header lines are obsolete");
  }
  if (lines_ > limits_.header_count) return fail(431, "too many header fields");
  ++lines_;
  return Event::kNeedMore;
}

RequestReader::Event RequestReader::parse_head() {
  head_bytes_ = cursor_ - begin_;
  const std::string_view head(data_.get() + begin_, head_bytes_);
  stage_ = Stage::kDecide;
  HeadParser parser(request_, fields_);
  beast::error_code error;
  parser.put({head.data(), head.size()}, error);
  if (error || !parser.is_header_done()) {
    const Refusal refusal = refusal_of(error, head);
    return fail(refusal.status, refusal.detail);
  }
  request_.fields = fields_;
  request_.version_minor = parser.version - 10;
  if (request_.target.size() > limits_.target_bytes) {
    return fail(414, "the request target is too long");
  }
  if (!set_path()) return fail(400, "the request target must be a path or an http URL");
  if (parser.hosts > 1 || (parser.hosts == 0 && request_.version_minor > 0)) {
    return fail(400, "exactly one Host is needed");
  }
  chunked_ = parser.chunked();
  if (request_.version_minor == 0 && (chunked_ || parser.foreign_coding)) {
    return fail(400, "HTTP/1.0 has no Transfer-Encoding");
  }
  if (parser.foreign_coding) {
    return fail(501, "the only transfer coding spoken here is chunked");
  }
  length_bytes_ = parser.content_length().value_or(0);
  keep_alive_ = request_.version_minor > 0 && parser.keep_alive();
  expects_continue_ = parser.expects_continue && request_.version_minor > 0;
  return Event::kHead;
}

bool RequestReader::set_path() {
  std::string_view rest = request_.target;
  if (rest == "*") {
    request_.path = rest;
    return request_.method == "OPTIONS";
  }
  if (rest.find('#') != rest.npos) return false;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) continue;
    const std::size_t path = rest.find_first_of("/?", scheme.size());
    if (path == rest.npos || rest[path] == '?') {
      request_.path = request_.target.substr(scheme.size() - 1, 1);  // the slash of "//"
      if (path != rest.npos) request_.query = rest.substr(path + 1);
      return true;
    }
    rest = rest.substr(path);
  }
  if (rest.empty() || rest[0] != '/') return false;
  const std::size_t mark = rest.find('?');
  request_.path = rest.substr(0, mark);
  request_.query = mark == rest.npos ? std::string_view() : rest.substr(mark + 1);
  return true;
}

void RequestReader::collect_body(std::uint64_t limit_bytes) {
  GL_CHECK(stage_ == Stage::kDecide);
  stage_ = Stage::kBody;
  limit_bytes_ = limit_bytes;
  if (!chunked_ && length_bytes_ > limit_bytes) fail(413, "the body is too large");
}

void RequestReader::stream_body(std::uint64_t limit_bytes) {
  streaming_ = true;
  collect_body(limit_bytes);
}

RequestReader::Event RequestReader::next_length_piece() {
  const std::uint64_t missing = length_bytes_ - taken_bytes_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(missing, end_ - cursor_));
  if (missing > 0 && size == 0) return Event::kNeedMore;
  piece_ = {data_.get() + cursor_, size};
  cursor_ += size;
  taken_bytes_ += size;
  if (size > 0) expects_continue_ = false;
  if (streaming_ && size > 0) return Event::kBody;
  if (taken_bytes_ < length_bytes_) return Event::kNeedMore;
  if (!streaming_) {
    request_.body = {data_.get() + begin_ + head_bytes_, static_cast<std::size_t>(length_bytes_)};
  }
  stage_ = Stage::kDone;
  return Event::kEnd;
}

RequestReader::Event RequestReader::next_chunk_piece() {
  for (;;) {
    const ChunkDecoder::Step step = chunks_.next({data_.get() + cursor_, end_ - cursor_});
    cursor_ += step.consumed;
    if (step.consumed > 0) expects_continue_ = false;
    switch (step.event) {
      case ChunkDecoder::Event::kNeedMore: return Event::kNeedMore;
      case ChunkDecoder::Event::kFailed: return fail(400, "malformed chunk");
      case ChunkDecoder::Event::kEnd:
        if (!streaming_) request_.body = decoded_;
        stage_ = Stage::kDone;
        return Event::kEnd;
      case ChunkDecoder::Event::kPiece: break;
    }
    taken_bytes_ += step.piece.size();
    // A chunk that will not fit is refused at its first byte.
    if (taken_bytes_ + chunks_.left_bytes() > limit_bytes_) {
      return fail(413, "the body is too large");
    }
    piece_ = step.piece;
    if (streaming_) return Event::kBody;
    decoded_ += step.piece;
  }
}

void RequestReader::reset_request() {
  stage_ = Stage::kHead;
  line_begin_ = lines_ = head_bytes_ = 0;
  skipped_empty_line_ = keep_alive_ = expects_continue_ = chunked_ = streaming_ = false;
  length_bytes_ = taken_bytes_ = limit_bytes_ = 0;
  chunks_.reset();
  if (decoded_.capacity() > kKeepBytesMax) decoded_ = {};
  decoded_.clear();
  fields_.clear();
  piece_ = request_.method = request_.target = request_.path = {};
  request_.query = request_.body = {};
  request_.fields = {};
}

void RequestReader::begin_next() {
  GL_CHECK(stage_ == Stage::kDone);
  reset_request();
  begin_ = cursor_;
  if (begin_ != end_) return;
  begin_ = cursor_ = end_ = 0;
  if (capacity_ > kKeepBytesMax) {
    data_ = std::make_unique_for_overwrite<char[]>(kInitialBytes);
    capacity_ = kInitialBytes;
  }
}

void RequestReader::begin_next(RequestReader& other) {
  GL_CHECK(other.stage_ == Stage::kDone);
  reset_request();
  begin_ = cursor_ = end_ = 0;
  const std::size_t rest = other.end_ - other.cursor_;
  if (rest > capacity_) make_room(rest);
  if (rest > 0) std::memcpy(data_.get(), other.data_.get() + other.cursor_, rest);
  end_ = rest;
  other.end_ = other.cursor_;
}

}  // namespace greenlang::http
