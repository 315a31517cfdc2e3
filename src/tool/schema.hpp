// Documents that come out of the field tables: JSON Schema 2020-12, OpenAPI 3.1, a reference page.
#pragma once

#include <string>
#include <string_view>

#include "tool/tool.hpp"

namespace greenlang::tool {

// Inputs are closed (additionalProperties false); in outputs every property is required and those
// that may have no value also allow null.
enum class Direction { kInput, kOutput };

// One self-contained JSON Schema (2020-12) for a described struct.
std::string json_schema(const ObjectType& type, Direction direction);

// {"agent","version","data_version","tools":[{name, title, description, version, rows, field_order, input_schema,
// output_schema}]}
std::string tool_list(const Agent& agent);

// An OpenAPI 3.1 document of the agent's tools and the service's fixed routes.
std::string openapi(const Agent& agent);

// Markdown: every tool with its fields, units, limits and sources.
std::string reference_page(const Agent& agent);

}  // namespace greenlang::tool
