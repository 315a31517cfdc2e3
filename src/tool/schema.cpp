#include "tool/schema.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"

namespace greenlang::tool {
namespace {

using json::Array;
using json::Object;
using json::Value;

Object schema(const ObjectType& type, Direction direction);

Value number(double value) { return value == static_cast<std::int64_t>(value) ? Value(static_cast<std::int64_t>(value)) : Value(value); }

bool nullable(Kind kind) {
  return kind == Kind::kOptionalNumber || kind == Kind::kOptionalInteger || kind == Kind::kText || kind == Kind::kOwnedText ||
         kind == Kind::kOptionalObject;
}

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::kNumber:
    case Kind::kOptionalNumber: return "number";
    case Kind::kInteger:
    case Kind::kOptionalInteger: return "integer";
    case Kind::kBoolean: return "boolean";
    case Kind::kText:
    case Kind::kOwnedText: return "string";
    case Kind::kTexts:
    case Kind::kObjects: return "array";
    case Kind::kObject:
    case Kind::kOptionalObject: return "object";
  }
  return "object";
}

std::string description(const Field& field) {
  std::string text(field.doc());
  if (!field.unit().empty()) text += " Unit: " + std::string(field.unit()) + ".";
  if (!field.default_text().empty()) text += " When left out: " + std::string(field.default_text()) + ".";
  if (!field.source().empty()) text += " Source: " + std::string(field.source()) + ".";
  return text;
}

void add_rules(const Field& field, Direction direction, Object& out) {
  if (field.minimum()) out["minimum"] = number(*field.minimum());
  if (field.maximum()) out["maximum"] = number(*field.maximum());
  if (!field.allowed().empty()) {
    Array values;
    for (std::string_view value : field.allowed()) values.emplace_back(value);
    if (direction == Direction::kOutput && nullable(field.kind())) values.emplace_back(nullptr);
    out["enum"] = std::move(values);
  }
  if (direction == Direction::kInput) {
    if (field.kind() == Kind::kText || field.kind() == Kind::kOwnedText) {
      out["minLength"] = 1;
      out["maxLength"] = field.longest();
    }
    if (field.kind() == Kind::kTexts || field.kind() == Kind::kObjects) out["maxItems"] = field.longest();
  }
}

Object property(const Field& field, Direction direction) {
  Object out;
  if (field.kind() == Kind::kObject || field.kind() == Kind::kOptionalObject) {
    out = schema(*field.object(), direction);
  }
  const std::string_view type = type_name(field.kind());
  if (direction == Direction::kOutput && nullable(field.kind())) out["type"] = Array{Value(type), Value("null")};
  else out["type"] = type;
  if (field.kind() == Kind::kTexts) out["items"] = Object{{"type", "string"}};
  if (field.kind() == Kind::kObjects) out["items"] = schema(*field.object(), direction);
  out["description"] = description(field);
  if (!field.example().empty()) {
    auto example = json::parse(field.example());
    GL_CHECK(example.ok());
    out["examples"] = Array{std::move(*example)};
  }
  add_rules(field, direction, out);
  return out;
}

Object schema(const ObjectType& type, Direction direction) {
  Object properties;
  Array required;
  for (const Field& field : type.fields) {
    properties[field.name()] = property(field, direction);
    if (direction == Direction::kOutput || field.is_required()) required.emplace_back(field.name());
  }
  Object out{{"title", type.name}, {"description", type.doc}, {"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  return out;
}

// Boost.JSON 1.81 prints 1.5 as 1.5E0; documents for people and machines go through our writer.
std::string text(const Value& value) { return json::canonical(value); }

Object reference(std::string_view target) { return Object{{"$ref", target}}; }

Object json_content(Object content_schema) { return Object{{"application/json", Object{{"schema", std::move(content_schema)}}}}; }

Object problem_response(std::string_view when) {
  return Object{{"description", when},
                {"content", Object{{"application/problem+json", Object{{"schema", reference("#/components/schemas/Problem")}}}}}};
}

Object tool_path(const Tool& tool) {
  Object answer{{"type", "object"},
                {"properties", Object{{"result", schema(*tool.output, Direction::kOutput)},
                                      {"provenance", reference("#/components/schemas/Provenance")},
                                      {"explanation", Object{{"type", "array"}, {"items", Object{{"type", "object"}}}}}}},
                {"required", Array{"result", "provenance"}}};
  Object explain{{"name", "explain"},
                 {"in", "query"},
                 {"schema", Object{{"type", "string"}, {"enum", Array{"0", "1"}}}},
                 {"description", "1 adds the calculation as steps."}};
  Object idempotency{{"name", "Idempotency-Key"},
                     {"in", "header"},
                     {"schema", Object{{"type", "string"}, {"maxLength", 255}}},
                     {"description", "The same key with the same input is recorded once."}};
  return Object{
      {"post", Object{{"operationId", tool.name},
                      {"summary", tool.title},
                      {"description", tool.doc},
                      {"parameters", Array{std::move(explain), std::move(idempotency)}},
                      {"requestBody", Object{{"required", true}, {"content", json_content(schema(*tool.input, Direction::kInput))}}},
                      {"responses",
                       Object{{"200", Object{{"description", "The answer and its proof."}, {"content", json_content(std::move(answer))}}},
                              {"400", problem_response("The body is not valid JSON.")},
                              {"409", problem_response("The Idempotency-Key was used for another input.")},
                              {"422", problem_response("The input breaks a rule; every error has a JSON Pointer.")},
                              {"503", problem_response("The ledger cannot be written; try again after Retry-After.")}}}}}};
}

Object batch_path(const Tool& tool) {
  Object stream{{"text/csv", Object{{"schema", Object{{"type", "string"}}}}},
                {"application/x-ndjson", Object{{"schema", Object{{"type", "string"}}}}}};
  return Object{{"post", Object{{"operationId", std::string(tool.name) + "_batch"},
                                {"summary", std::string(tool.title) + ", many rows"},
                                {"description",
                                 "Rows in as CSV, NDJSON or a JSON array, rows out in the same order. A bad row becomes an error row. "
                                 "The trailer Greenlang-Provenance names the ledger entry of the batch."},
                                {"requestBody", Object{{"required", true}, {"content", stream}}},
                                {"responses", Object{{"200", Object{{"description", "The rows."}, {"content", stream}}},
                                                     {"415", problem_response("The content type is neither CSV, NDJSON nor JSON.")}}}}}};
}

Object plain_get(std::string_view id, std::string_view summary) {
  return Object{
      {"get", Object{{"operationId", id}, {"summary", summary}, {"responses", Object{{"200", Object{{"description", summary}}}}}}}};
}

Object components() {
  Object problem{
      {"type", "object"},
      {"description", "RFC 9457 problem document"},
      {"properties", Object{{"type", Object{{"type", "string"}}},
                            {"title", Object{{"type", "string"}}},
                            {"status", Object{{"type", "integer"}}},
                            {"detail", Object{{"type", "string"}}},
                            {"errors", Object{{"type", "array"},
                                              {"items", Object{{"type", "object"},
                                                               {"properties", Object{{"pointer", Object{{"type", "string"}}},
                                                                                     {"detail", Object{{"type", "string"}}}}}}}}}}},
      {"required", Array{"type", "title", "status", "detail"}}};
  Object provenance{{"type", "object"},
                    {"properties", Object{{"id", Object{{"type", "string"}, {"description", "Index of the ledger entry."}}},
                                          {"leaf", Object{{"type", "string"}, {"description", "Merkle leaf, hex."}}},
                                          {"log", Object{{"type", "string"}}},
                                          {"tool", Object{{"type", "string"}}},
                                          {"tool_version", Object{{"type", "string"}}},
                                          {"data_version", Object{{"type", "string"}}}}}};
  return Object{{"schemas", Object{{"Problem", std::move(problem)}, {"Provenance", std::move(provenance)}}}};
}

void append_fields(std::string& out, const ObjectType& type) {
  out += "| field | type | required | unit | limits | meaning |\n|---|---|---|---|---|---|\n";
  for (const Field& field : type.fields) {
    std::string limits;
    if (field.minimum()) limits += ">= " + number_text(*field.minimum()) + " ";
    if (field.maximum()) limits += "<= " + number_text(*field.maximum()) + " ";
    if (!field.allowed().empty()) limits += join_or(field.allowed());
    std::string kind(type_name(field.kind()));
    if (field.object() != nullptr) kind += " of " + std::string(field.object()->name);
    out += "| `" + std::string(field.name()) + "` | " + kind + " | " + (field.is_required() ? "yes" : "") + " | " +
           std::string(field.unit()) + " | " + limits + " | " + description(field) + " |\n";
  }
  out += "\n";
  for (const Field& field : type.fields) {
    if (field.object() == nullptr) continue;
    out += "`" + std::string(field.name()) + "`: " + std::string(field.object()->doc) + "\n\n";
    append_fields(out, *field.object());
  }
}

}  // namespace

std::string json_schema(const ObjectType& type, Direction direction) {
  Object out = schema(type, direction);
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  return text(out);
}

std::string tool_list(const Agent& agent) {
  Array tools;
  for (const Tool& tool : agent.tools) {
    // Canonical JSON sorts members; this is the order in which a person reads the fields.
    Array order;
    for (const Field& field : tool.input->fields) order.emplace_back(field.name());
    tools.emplace_back(Object{{"name", tool.name},
                              {"field_order", std::move(order)},
                              {"title", tool.title},
                              {"description", tool.doc},
                              {"version", tool.version},
                              {"rows", tool.takes_rows()},
                              {"input_schema", schema(*tool.input, Direction::kInput)},
                              {"output_schema", schema(*tool.output, Direction::kOutput)}});
  }
  return text(Object{{"agent", agent.name}, {"version", agent.version}, {"data_version", agent.data_version}, {"tools", std::move(tools)}});
}

std::string openapi(const Agent& agent) {
  Object paths;
  for (const Tool& tool : agent.tools) {
    const std::string path = "/v1/tools/" + std::string(tool.name);
    paths[path] = tool_path(tool);
    if (tool.takes_rows()) paths[path + "/batch"] = batch_path(tool);
  }
  paths["/v1/tools"] = plain_get("list_tools", "The tools with their schemas.");
  Object provenance = plain_get("get_provenance", "A ledger entry with its inclusion proof and the signed checkpoint.");
  provenance["parameters"] = Array{Object{{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", Object{{"type", "string"}}}}};
  paths["/v1/provenance/{id}"] = std::move(provenance);
  paths["/ledger/checkpoint"] = plain_get("get_checkpoint", "The newest signed checkpoint (C2SP tlog-checkpoint).");
  paths["/healthz"] = plain_get("live", "The process runs.");
  paths["/readyz"] = plain_get("ready", "The process and its ledger can serve.");
  paths["/startupz"] = plain_get("started", "The process has started.");
  return text(Object{{"openapi", "3.1.0"},
                     {"jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema"},
                     {"info", Object{{"title", agent.name},
                                     {"version", agent.version},
                                     {"description", agent.doc},
                                     {"license", Object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
                     {"servers", Array{Object{{"url", "/"}}}},
                     {"paths", std::move(paths)},
                     {"components", components()}});
}

std::string reference_page(const Agent& agent) {
  std::string out = "# " + agent.name + "\n\n" + agent.doc + "\n\n";
  out += "This page comes out of the field tables: `" + agent.name + " tools --markdown`.\n\n";
  for (const Tool& tool : agent.tools) {
    out += "## " + std::string(tool.name) + "\n\n" + std::string(tool.title) + ". Version " + std::string(tool.version) + ". " +
           std::string(tool.doc) + "\n\n### Input\n\n";
    append_fields(out, *tool.input);
    out += "### Output\n\n";
    append_fields(out, *tool.output);
  }
  return out;
}

}  // namespace greenlang::tool
