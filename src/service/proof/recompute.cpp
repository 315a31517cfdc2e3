#include "service/proof/recompute.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/csv.hpp"
#include "base/text.hpp"

namespace greenlang::service {
namespace {

std::string text_at(const json::Value& value, std::string_view name) {
  const json::Value* text = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

// Where cell number `cells` ends in a row: just before the comma that follows it.
std::size_t end_of_cells(std::string_view row, std::size_t cells) {
  bool quoted = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') quoted = !quoted;
    if (row[i] == ',' && !quoted && --cells == 0) return i;
  }
  return row.size();
}

}  // namespace

Result<void> can_recompute(const Entry& entry, const tool::Agent& agent) {
  const tool::Tool* tool = agent.find(entry.tool);
  if (tool == nullptr) return Error{ErrorCode::kNotFound, "this program has no tool " + entry.tool, ""};
  if (tool->version != entry.tool_version) {
    return Error{ErrorCode::kNotFound,
                 "recorded with version " + entry.tool_version + " of " + entry.tool + "; this program has " + std::string(tool->version),
                 ""};
  }
  if (agent.data_version != entry.data_version) {
    return Error{ErrorCode::kNotFound, "recorded with data version " + entry.data_version + "; this program has " + agent.data_version, ""};
  }
  return {};
}

Result<void> recompute_answer(const Entry& entry, const tool::Agent& agent) {
  const tool::Tool* tool = agent.find(entry.tool);
  GL_CHECK(tool != nullptr);
  tool::Answer answer;
  const Errors errors = tool->open()->call(entry.input, false, answer);
  if (!errors.empty()) return Error{ErrorCode::kCorrupt, "the input is refused now: " + errors[0].path + ": " + errors[0].message, ""};
  if (answer.output != json::canonical(entry.output))
    return Error{ErrorCode::kCorrupt, "the calculation gives another answer: " + answer.output, ""};
  return {};
}

Result<void> recompute_row(const Entry& entry, const tool::Agent& agent, std::string_view row) {
  auto recomputer = RowRecomputer::open(entry, agent);
  if (!recomputer) return std::move(recomputer.error());
  switch (recomputer->check(row)) {
    case RowRecomputer::Outcome::kSame: return {};
    case RowRecomputer::Outcome::kMalformed:
      return Error{ErrorCode::kNotFound, "the row was malformed; there is no input to calculate", ""};
    case RowRecomputer::Outcome::kDifferent: break;
  }
  return Error{ErrorCode::kCorrupt, "the calculation gives another row", ""};
}

Result<RowRecomputer> RowRecomputer::open(const Entry& entry, const tool::Agent& agent) {
  RowRecomputer out;
  const tool::Tool* tool = agent.find(entry.tool);
  GL_CHECK(tool != nullptr);
  out.format_ = text_at(entry.input.get_object().at("batch"), "format") == "ndjson" ? RowFormat::kNdjson : RowFormat::kCsv;
  std::string header = text_at(entry.output, "header");
  if (out.format_ == RowFormat::kCsv) {
    csv::Record record;
    csv::Reader reader(header);
    if (header.empty() || !reader.next(record)) return invalid("", "the entry has no header row");
    out.output_cells_ = tool::csv_columns(*tool->output).size() + 1;
    if (record.cells.size() <= out.output_cells_) return invalid("", "the entry's header row has too few columns");
    out.input_cells_ = record.cells.size() - out.output_cells_;
    const std::string recorded = header;
    header.resize(end_of_cells(header, out.input_cells_));
    auto rows = open_rows(*tool, out.format_, header);
    if (!rows) return std::move(rows.error());
    out.rows_ = std::move(*rows);
    if (out.rows_->header() != recorded) return invalid("", "the entry's header row has other columns than this program gives");
    return out;
  }
  auto rows = open_rows(*tool, out.format_, "");
  if (!rows) return std::move(rows.error());
  out.rows_ = std::move(*rows);
  return out;
}

RowRecomputer::Outcome RowRecomputer::check(std::string_view row) {
  out_.clear();
  return format_ == RowFormat::kCsv ? check_csv(row) : check_ndjson(row);
}

RowRecomputer::Outcome RowRecomputer::check_csv(std::string_view row) {
  csv::Reader reader(row);
  csv::Record record;
  if (row.empty() || !reader.next(record) || !reader.done() || record.cells.size() != input_cells_ + output_cells_)
    return Outcome::kDifferent;
  // Error rows name their line in the last cell; the row itself does not know it, so it is read back from there.
  constexpr std::string_view kLine = "line ";
  std::string_view message = record.cells.back();
  std::uint64_t line = 1;
  if (message.starts_with(kLine)) {
    message.remove_prefix(kLine.size());
    const std::size_t colon = std::min(message.find(": "), message.size());
    if (const auto number = parse_integer(message.substr(0, colon)); number && *number > 0) line = static_cast<std::uint64_t>(*number);
    message.remove_prefix(colon);
    if (message.starts_with(": malformed row: ")) {
      const auto empty = [](std::string_view cell) { return cell.empty(); };
      return std::all_of(record.cells.begin(), record.cells.end() - 1, empty) ? Outcome::kMalformed : Outcome::kDifferent;
    }
  }
  rows_->answer(row.substr(0, end_of_cells(row, input_cells_)), line, out_);
  if (out_.bytes.ends_with('\n')) out_.bytes.pop_back();
  return out_.bytes == row ? Outcome::kSame : Outcome::kDifferent;
}

RowRecomputer::Outcome RowRecomputer::check_ndjson(std::string_view row) {
  auto value = json::parse(row, {.bytes = 4 * csv::kMaxRecordBytes, .depth = 40});
  if (!value || !value->is_object()) return Outcome::kDifferent;
  const json::Object& members = value->get_object();
  std::uint64_t line = 1;
  std::string input;
  if (const json::Value* error_line = members.if_contains("line")) {
    line = error_line->is_int64() ? static_cast<std::uint64_t>(error_line->get_int64()) : 0;
    const json::Value* raw = members.if_contains("raw");
    if (raw == nullptr || members.size() != 3 || !members.contains("error")) return Outcome::kDifferent;
    if (!raw->is_string()) return Outcome::kMalformed;
    input = raw->get_string();
  } else {
    const json::Value* given = members.if_contains("input");
    if (given == nullptr) return Outcome::kDifferent;
    input = json::canonical(*given);
  }
  rows_->answer(input, line, out_);
  if (out_.bytes.ends_with('\n')) out_.bytes.pop_back();
  return out_.bytes == row ? Outcome::kSame : Outcome::kDifferent;
}

}  // namespace greenlang::service
