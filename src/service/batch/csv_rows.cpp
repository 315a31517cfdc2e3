#include "service/batch/csv_rows.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace greenlang::service {
namespace {

using tool::Field;
using tool::Kind;

constexpr std::size_t kShownBytes = 200;  // of a malformed row, in its error

bool is_cell(const Field& field) { return field.object() == nullptr && field.kind() != Kind::kTexts; }

// The field that `name` is probably meant to be, though it is not: one or two letters off.
const Field* near_miss(const tool::ObjectType& type, std::string_view name) {
  const std::string folded = fold_name(name);
  for (const Field& field : type.fields) {
    const std::string known = fold_name(field.name());
    const std::size_t limit = std::min<std::size_t>(2, known.size() / 4);
    if (edit_distance(folded, known, limit) <= limit) return &field;
  }
  return nullptr;
}

Result<CsvRows::Plan> make_plan(const tool::Tool& tool, std::string_view header_line) {
  CsvRows::Plan plan;
  if (trim(header_line).empty()) return invalid("", "the file is empty: a header line with column names is needed");
  // It will stand in the ledger's entry, which is JSON.
  if (!is_utf8(header_line)) return invalid("", "the header line is not UTF-8 text; save the file as CSV UTF-8");
  csv::Record header;
  csv::Reader reader(header_line);
  if (auto read = reader.next(header); !read) return invalid("", "the header line: " + read.error().message);
  plan.width = header.cells.size();
  plan.columns = tool::csv_columns(*tool.output);
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string name(trim(header.cells[i]));
    if (name.empty()) return invalid("", "column " + std::to_string(i + 1) + " has no name");
    for (std::size_t j = 0; j < i; ++j) {
      if (trim(header.cells[j]) == name) return invalid("", "the column \"" + name + "\" appears twice");
    }
    const auto in_output = [&](const tool::Column& column) { return column.name == name; };
    const Field* field = tool.input->find(name);
    if (field != nullptr && is_cell(*field)) {
      plan.fields.push_back(field);
      plan.positions.push_back(i);
    } else if (name == "error" || std::any_of(plan.columns.begin(), plan.columns.end(), in_output)) {
      return invalid("", "the column \"" + name + "\" is one that the answer adds; rename it (is this an output file?)");
    } else if (const Field* near = near_miss(*tool.input, name)) {
      return invalid(
          "", "unknown column \"" + name + "\"; did you mean \"" + std::string(near->name()) + "\"? Rename it if it is something else");
    }
    if (i > 0) plan.header.push_back(',');
    csv::append_cell(plan.header, name);
  }
  std::string missing;
  for (const Field& field : tool.input->fields) {
    if (field.is_required() && std::find(plan.fields.begin(), plan.fields.end(), &field) == plan.fields.end()) {
      missing += (missing.empty() ? "\"" : ", \"") + std::string(field.name()) + "\"";
    }
  }
  if (!missing.empty()) {
    const bool other_separator = plan.width == 1 && header_line.find_first_of(";\t") != std::string_view::npos;
    return invalid("", "missing column " + missing +
                           (other_separator ? "; the file seems to separate cells with ';' or tabs: save it with commas" : ""));
  }
  for (const tool::Column& column : plan.columns) plan.header += "," + column.name;
  plan.header += ",error";
  return plan;
}

}  // namespace

Result<std::unique_ptr<Rows>> open_csv_rows(const tool::Tool& tool, std::string_view header_line) {
  if (!tool.takes_rows()) {
    return invalid("", "the tool " + std::string(tool.name) + " takes nested input, which CSV cannot hold; use NDJSON");
  }
  auto plan = make_plan(tool, header_line);
  if (!plan) return std::move(plan.error());
  return std::unique_ptr<Rows>(std::make_unique<CsvRows>(tool, std::move(*plan)));
}

CsvRows::CsvRows(const tool::Tool& tool, Plan plan)
    : plan_(std::move(plan)), session_(tool.open()), summarizer_(tool), cells_(plan_.fields.size()) {}

void CsvRows::answer(std::string_view block, std::uint64_t first_line, RowsOut& out) {
  const bool utf8 = is_utf8(block);
  csv::Reader reader(block);
  std::uint64_t line = first_line;
  while (!reader.done()) {
    const auto read = reader.next(record_);
    const std::uint64_t at = line++;
    if (!record_.blank || !read) {
      if (!read) malformed(record_.raw, read.error().message, at, out);
      else row(record_, utf8, at, out);
    }
    if (record_.raw.find('\n') != std::string_view::npos) {
      line += static_cast<std::uint64_t>(std::count(record_.raw.begin(), record_.raw.end(), '\n'));
    }
  }
  summarizer_.take(out.summary);
}

void CsvRows::row(const csv::Record& record, bool utf8, std::uint64_t line, RowsOut& out) {
  if (!utf8 && !is_utf8(record.raw)) return malformed("", "the row is not UTF-8 text", line, out);
  if (record.raw.find('\0') != std::string_view::npos) return malformed("", "the row holds a zero byte", line, out);
  if (record.raw.size() > kMaxRowBytes) return answer_overlong(record.raw, line, out);
  if (record.cells.size() != plan_.width) {
    return malformed(record.raw, "has " + std::to_string(record.cells.size()) + " cells; the header has " + std::to_string(plan_.width),
                     line, out);
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] = record.cells[plan_.positions[i]];
  const Errors errors = session_->call_row(plan_.fields, cells_);
  if (!errors.empty()) return failed(record.raw, "line " + std::to_string(line) + ": " + row_error_text(errors), out);
  const std::size_t start = out.bytes.size();
  out.bytes.append(record.raw);
  const void* answer = session_->output_object();
  for (const tool::Column& column : plan_.columns) {
    out.bytes.push_back(',');
    tool::append_csv_cell(out.bytes, column, answer);
  }
  out.bytes.push_back(',');
  summarizer_.add(answer);
  out.end_row(hash_, start);
}

void CsvRows::malformed(std::string_view raw, std::string_view why, std::uint64_t line, RowsOut& out) {
  std::string message = "line " + std::to_string(line) + ": malformed row: " + std::string(why);
  if (!raw.empty() && is_utf8(raw)) {
    std::size_t shown = std::min(raw.size(), kShownBytes);
    while (shown < raw.size() && (static_cast<unsigned char>(raw[shown]) & 0xC0) == 0x80) --shown;
    message += ": " + std::string(raw.substr(0, shown));
  }
  failed(std::string(plan_.width - 1, ','), message, out);
}

void CsvRows::failed(std::string_view raw, const std::string& message, RowsOut& out) {
  const std::size_t start = out.bytes.size();
  out.bytes.append(raw);
  out.bytes.append(plan_.columns.size() + 1, ',');
  csv::append_cell(out.bytes, message);
  ++out.failed;
  out.end_row(hash_, start);
}

void CsvRows::answer_overlong(std::string_view start, std::uint64_t line, RowsOut& out) {
  malformed(start, "the row is longer than " + std::to_string(kMaxRowBytes) + " bytes", line, out);
}

}  // namespace greenlang::service
