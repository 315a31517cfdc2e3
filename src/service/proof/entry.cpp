#include "service/proof/entry.hpp"

#include <boost/json.hpp>

#include "ledger/store.hpp"

namespace greenlang::service {

void append_entry(std::string& out, const tool::Agent& agent, const tool::Tool& tool, std::string_view input, std::string_view output) {
  // Members in canonical order; a test compares this with the canonical writer.
  out += "{\"data_version\":";
  json::append_string(out, agent.data_version);
  out += ",\"input\":";
  out += input;
  out += ",\"output\":";
  out += output;
  out += ",\"tool\":";
  json::append_string(out, tool.name);
  out += ",\"tool_version\":";
  json::append_string(out, tool.version);
  out += "}";
}

std::string batch_entry(const tool::Agent& agent, const tool::Tool& tool, const BatchReport& report, RowFormat format) {
  const json::Object input{
      {"batch", json::Object{{"format", format == RowFormat::kCsv ? "csv" : "ndjson"}, {"input_sha256", hex(report.input_sha256)}}}};
  json::Object output{{"rows", report.rows},
                      {"failed", report.failed},
                      {"output_sha256", hex(report.output_sha256)},
                      {"rows_root", hex(report.rows_root)},
                      {"header", report.header}};
  std::string out;
  append_entry(out, agent, tool, json::canonical(input), json::canonical(output));
  return out;
}

bool Entry::is_batch() const { return input.is_object() && input.get_object().contains("batch"); }

namespace {

bool has_batch_output(const json::Value& output) {
  if (!output.is_object()) return false;
  const json::Object& members = output.get_object();
  for (std::string_view name : {"header", "output_sha256", "rows_root"}) {
    const json::Value* text = members.if_contains(name);
    if (text == nullptr || !text->is_string()) return false;
  }
  const json::Value* rows = members.if_contains("rows");
  return rows != nullptr && rows->is_number();
}

}  // namespace

Result<Entry> parse_entry(std::string_view body) {
  auto value = json::parse(body, {.bytes = ledger::kMaxBodyBytes, .depth = 64});
  if (!value) return std::move(value.error());
  const Error wrong = invalid("", "the entry does not have the form of a calculation");
  if (!value->is_object() || json::canonical(*value) != body) return wrong;
  const json::Object& members = value->get_object();
  Entry entry;
  const std::pair<std::string_view, std::string*> kTexts[] = {
      {"tool", &entry.tool}, {"tool_version", &entry.tool_version}, {"data_version", &entry.data_version}};
  for (const auto& [name, target] : kTexts) {
    const json::Value* text = members.if_contains(name);
    if (text == nullptr || !text->is_string()) return wrong;
    *target = text->get_string();
  }
  if (!members.contains("input") || !members.contains("output")) return wrong;
  entry.input = members.at("input");
  entry.output = members.at("output");
  if (entry.is_batch() && !has_batch_output(entry.output)) return wrong;
  return entry;
}

}  // namespace greenlang::service
