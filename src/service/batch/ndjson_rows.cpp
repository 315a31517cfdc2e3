#include "service/batch/ndjson_rows.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kShownBytes = 1000;  // of a row that failed

}  // namespace

void NdjsonRows::answer(std::string_view block, std::uint64_t first_line, RowsOut& out) {
  std::uint64_t line = first_line;
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view raw = trim(block.substr(0, end));
    block.remove_prefix(std::min(end + 1, block.size()));
    if (raw.size() > kMaxRowBytes) {
      answer_overlong(raw, line, out);
    } else if (!raw.empty()) {
      auto value = json::parse(raw, {.bytes = kMaxRowBytes});
      if (!value) failed({std::move(value.error())}, raw, line, out);
      else answer_value(*value, raw, line, out);
    }
    ++line;
  }
}

void NdjsonRows::answer_value(const json::Value& value, std::string_view raw, std::uint64_t line, RowsOut& out) {
  const Errors errors = session_->call(value, false, answer_);
  if (!errors.empty()) return failed(errors, raw, line, out);
  const std::size_t start = out.bytes.size();
  out.bytes += "{\"input\":";
  out.bytes += answer_.input;
  out.bytes += ",\"output\":";
  out.bytes += answer_.output;
  out.bytes.push_back('}');
  out.end_row(hash_, start);
}

void NdjsonRows::failed(const Errors& errors, std::optional<std::string_view> raw, std::uint64_t line, RowsOut& out) {
  const std::size_t start = out.bytes.size();
  out.bytes += "{\"error\":[";
  for (std::size_t i = 0; i < errors.size(); ++i) {
    out.bytes += i == 0 ? "{\"detail\":" : ",{\"detail\":";
    json::append_string(out.bytes, errors[i].message);
    out.bytes += ",\"pointer\":";
    json::append_string(out.bytes, errors[i].path);
    out.bytes.push_back('}');
  }
  out.bytes += "],\"line\":";
  append_integer(out.bytes, static_cast<std::int64_t>(line));
  out.bytes += ",\"raw\":";
  const bool shown = raw && raw->size() <= kShownBytes && is_utf8(*raw);
  if (shown) json::append_string(out.bytes, *raw);
  else out.bytes += "null";
  out.bytes.push_back('}');
  ++out.failed;
  out.end_row(hash_, start);
}

void NdjsonRows::answer_overlong(std::string_view, std::uint64_t line, RowsOut& out) {
  failed({{ErrorCode::kTooLarge, "the row is longer than " + std::to_string(kMaxRowBytes) + " bytes", ""}}, std::nullopt, line, out);
}

}  // namespace greenlang::service
