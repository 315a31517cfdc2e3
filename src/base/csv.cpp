#include "base/csv.hpp"

#include <cstring>

namespace greenlang::csv {

Result<void> Reader::next(Record& record) {
  GL_CHECK(!done());
  record.cells.clear();
  record.blank = false;
  const auto* const begin = rest_.data();
  const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', rest_.size()));
  const char* end = newline != nullptr ? newline : begin + rest_.size();
  if (std::memchr(begin, '"', static_cast<std::size_t>(end - begin)) != nullptr) return slow(record);
  const std::size_t used = static_cast<std::size_t>(end - begin) + (newline != nullptr ? 1 : 0);
  if (end > begin && end[-1] == '\r') --end;
  // Others would end the row there.
  if (std::memchr(begin, '\r', static_cast<std::size_t>(end - begin)) != nullptr) return slow(record);
  record.raw = {begin, static_cast<std::size_t>(end - begin)};
  record.blank = record.raw.empty();
  const char* cell = begin;
  for (const char* p = begin; p != end; ++p) {
    if (*p == ',') {
      record.cells.emplace_back(cell, static_cast<std::size_t>(p - cell));
      cell = p + 1;
    }
  }
  record.cells.emplace_back(cell, static_cast<std::size_t>(end - cell));
  rest_.remove_prefix(used);
  return {};
}

Result<void> Reader::slow(Record& record) {
  const std::string_view all = rest_;
  std::size_t at = 0;
  std::size_t unescaped = 0;
  std::string_view problem;
  // Reserve first: views into these strings must not move while the record is built.
  if (unescaped_.size() < 64) unescaped_.resize(64);
  for (bool more = true; more;) {
    if (at < all.size() && all[at] == '"') {
      const std::size_t start = ++at;
      bool doubled = false;
      for (;;) {
        at = all.find('"', at);
        if (at == std::string_view::npos || at > kMaxRecordBytes) {
          // Only this line is lost: the next one may be a good record.
          const std::size_t end = std::min(all.find('\n'), all.size());
          record.raw = all.substr(0, end);
          rest_.remove_prefix(std::min(end + 1, all.size()));
          return invalid("", "a quoted cell is never closed");
        }
        if (at + 1 < all.size() && all[at + 1] == '"') {
          doubled = true;
          at += 2;
          continue;
        }
        break;
      }
      std::string_view cell = all.substr(start, at - start);
      ++at;
      if (doubled) {
        if (unescaped == unescaped_.size()) {
          problem = "more than 64 cells with doubled quotes";
        } else {
          std::string& text = unescaped_[unescaped++];
          text.clear();
          for (std::size_t i = 0; i < cell.size(); ++i) {
            text.push_back(cell[i]);
            if (cell[i] == '"') ++i;
          }
          cell = text;
        }
      }
      record.cells.push_back(cell);
      if (at < all.size() && all[at] != ',' && all[at] != '\n' && !all.substr(at).starts_with("\r\n") &&
          !(all[at] == '\r' && at + 1 == all.size())) {
        problem = "text after a closing quote";
        at = std::min(all.find_first_of(",\n", at), all.size());
      }
    } else {
      const std::size_t start = at;
      at = std::min(all.find_first_of(",\n", at), all.size());
      std::string_view cell = all.substr(start, at - start);
      if ((at == all.size() || all[at] == '\n') && cell.ends_with('\r')) cell.remove_suffix(1);
      if (cell.find('"') != std::string_view::npos) problem = "a quote inside an unquoted cell";
      if (cell.find('\r') != std::string_view::npos) problem = "a carriage return inside an unquoted cell";
      record.cells.push_back(cell);
    }
    if (at < all.size() && all[at] == '\r') ++at;
    more = at < all.size() && all[at] == ',';
    if (more) ++at;
  }
  record.raw = all.substr(0, at);
  if (record.raw.ends_with('\r')) record.raw.remove_suffix(1);
  rest_.remove_prefix(std::min(at + 1, all.size()));
  if (!problem.empty()) return invalid("", std::string(problem));
  return {};
}

void append_cell(std::string& out, std::string_view cell) {
  // A plain loop: find_first_of() would call memchr for every byte.
  bool plain = true;
  for (char c : cell) plain &= c != ',' && c != '"' && c != '\n' && c != '\r';
  if (plain) {
    out.append(cell);
    return;
  }
  out.push_back('"');
  for (char c : cell) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

std::size_t last_record_end(std::string_view buffer) {
  if (std::memchr(buffer.data(), '"', buffer.size()) == nullptr) return buffer.rfind('\n') + 1;
  // The same grammar as Reader: a quote opens a cell only at its start.
  enum class State { kStart, kPlain, kQuoted, kAfterQuote };
  State state = State::kStart;
  std::size_t end = 0;
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    const char c = buffer[i];
    if (state == State::kQuoted) {
      if (c == '"') state = State::kAfterQuote;
    } else if (c == '"' && state != State::kPlain) {
      state = State::kQuoted;  // opening, or the second of a doubled quote
    } else if (c == ',') {
      state = State::kStart;
    } else if (c == '\n') {
      state = State::kStart;
      end = i + 1;
    } else {
      state = State::kPlain;
    }
  }
  return end;
}

}  // namespace greenlang::csv
