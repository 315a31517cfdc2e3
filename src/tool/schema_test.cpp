// Schemas and documents come out of the field tables: nothing is missing, inputs are closed.
#include "tool/schema.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "tool/testing.hpp"

namespace greenlang::tool {
namespace {

using json::Object;
using json::Value;
using testing::sample_agent;
using testing::sample_type;

Object parsed(const std::string& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value.ok()) << text;
  EXPECT_EQ(json::canonical(*value), text);
  return value->get_object();
}

// Every field has its property, and nothing else has; inputs are closed; outputs have all members.
void check(const Object& schema, const ObjectType& type, Direction direction) {
  SCOPED_TRACE(type.name);
  EXPECT_EQ(schema.at("title"), Value(type.name));
  EXPECT_EQ(schema.at("type"), Value("object"));
  EXPECT_EQ(schema.at("additionalProperties"), Value(false));
  const Object& properties = schema.at("properties").get_object();
  EXPECT_EQ(properties.size(), type.fields.size());
  std::set<std::string> required;
  if (const Value* names = schema.if_contains("required")) {
    for (const Value& name : names->get_array()) required.emplace(name.get_string());
  }
  for (const Field& field : type.fields) {
    SCOPED_TRACE(field.name());
    ASSERT_TRUE(properties.contains(field.name()));
    const Object& property = properties.at(field.name()).get_object();
    EXPECT_TRUE(property.contains("type"));
    EXPECT_TRUE(std::string_view(property.at("description").get_string()).starts_with(field.doc()));
    EXPECT_EQ(required.contains(std::string(field.name())), direction == Direction::kOutput || field.is_required());
    EXPECT_EQ(property.contains("minimum"), field.minimum().has_value());
    EXPECT_EQ(property.contains("maximum"), field.maximum().has_value());
    EXPECT_EQ(property.contains("enum"), !field.allowed().empty());
    if (field.kind() == Kind::kObjects) check(property.at("items").get_object(), *field.object(), direction);
    if (field.kind() == Kind::kObject) {
      Object inner = property;
      check(inner, *field.object(), direction);
    }
  }
}

TEST(Schema, EveryFieldIsThereAndInputsAreClosed) {
  for (const Direction direction : {Direction::kInput, Direction::kOutput}) {
    const Object schema = parsed(json_schema(sample_type(), direction));
    EXPECT_EQ(schema.at("$schema"), Value("https://json-schema.org/draft/2020-12/schema"));
    check(schema, sample_type(), direction);
  }
}

TEST(Schema, InputsSayTheirLimits) {
  const Object schema = parsed(json_schema(sample_type(), Direction::kInput));
  const Object& properties = schema.at("properties").get_object();
  EXPECT_EQ(json::canonical(properties.at("amount")),
            R"({"description":"An amount.","examples":[12.5],"maximum":1000000,"minimum":0,"type":"number"})");
  EXPECT_EQ(json::canonical(properties.at("price")),
            R"({"description":"A price. Unit: EUR. When left out: unknown. Source: a list.","minimum":-5,"type":"number"})");
  EXPECT_EQ(json::canonical(properties.at("colour")),
            R"({"description":"A colour.","enum":["red","green","blue"],"maxLength":200,"minLength":1,"type":"string"})");
  EXPECT_EQ(properties.at("parts").at("maxItems"), Value(4));
  EXPECT_EQ(properties.at("tags").at("items").at("type"), Value("string"));
  EXPECT_EQ(json::canonical(schema.at("required")), R"(["amount","name"])");
}

TEST(Schema, OutputsAllowNullWhereThereMayBeNoValue) {
  const Object schema = parsed(json_schema(sample_type(), Direction::kOutput));
  const Object& properties = schema.at("properties").get_object();
  EXPECT_EQ(json::canonical(properties.at("price").at("type")), R"(["number","null"])");
  EXPECT_EQ(json::canonical(properties.at("year").at("type")), R"(["integer","null"])");
  EXPECT_EQ(json::canonical(properties.at("name").at("type")), R"(["string","null"])");
  EXPECT_EQ(json::canonical(properties.at("spare_part").at("type")), R"(["object","null"])");
  EXPECT_EQ(json::canonical(properties.at("colour").at("enum")), R"(["red","green","blue",null])");
  EXPECT_EQ(properties.at("amount").at("type"), Value("number"));
  EXPECT_EQ(properties.at("fresh").at("type"), Value("boolean"));
  EXPECT_EQ(properties.at("parts").at("type"), Value("array"));
}

TEST(Schema, TheListOfToolsHoldsBothSchemas) {
  const Object list = parsed(tool_list(sample_agent()));
  EXPECT_EQ(list.at("agent"), Value("sample"));
  EXPECT_EQ(list.at("data_version"), Value("d1"));
  const Object& tool = list.at("tools").at(0).get_object();
  EXPECT_EQ(tool.at("name"), Value("double_amount"));
  EXPECT_EQ(tool.at("rows"), Value(true));
  check(tool.at("input_schema").get_object(), sample_type(), Direction::kInput);
  check(tool.at("output_schema").get_object(), sample_type(), Direction::kOutput);
}

TEST(Schema, OpenApiHasEveryRouteAndItsReferencesExist) {
  const std::string text = openapi(sample_agent());
  const Object document = parsed(text);
  EXPECT_EQ(document.at("openapi"), Value("3.1.0"));
  const Object& paths = document.at("paths").get_object();
  for (const char* path : {"/v1/tools", "/v1/tools/double_amount", "/v1/tools/double_amount/batch", "/v1/provenance/{id}",
                           "/ledger/checkpoint", "/healthz", "/readyz", "/startupz"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
  std::set<std::string> ids;
  for (const auto& path : paths) {
    for (const auto& method : path.value().get_object()) {
      if (!method.value().is_object()) continue;
      EXPECT_TRUE(ids.emplace(method.value().at("operationId").get_string()).second) << path.key();
    }
  }
  const Object& schemas = document.at("components").at("schemas").get_object();
  constexpr std::string_view kReference = "\"#/components/schemas/";
  for (std::size_t at = 0; (at = text.find(kReference, at)) != std::string::npos; ++at) {
    const std::size_t begin = at + kReference.size();
    EXPECT_TRUE(schemas.contains(text.substr(begin, text.find('"', begin) - begin)));
  }
}

TEST(Schema, TheReferencePageNamesEveryField) {
  const std::string page = reference_page(sample_agent());
  for (const Field& field : sample_type().fields)
    EXPECT_NE(page.find("| `" + std::string(field.name()) + "` |"), std::string::npos) << field.name();
  EXPECT_NE(page.find("## double_amount"), std::string::npos);
  EXPECT_NE(page.find("red, green or blue"), std::string::npos);
}

}  // namespace
}  // namespace greenlang::tool
