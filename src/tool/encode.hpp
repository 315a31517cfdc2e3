// From a described struct to canonical JSON (RFC 8785), to CSV cells, and to single values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tool/field.hpp"

namespace greenlang::tool {

enum class Absent {
  kOmit,  // for inputs: what was not given is not there
  kNull,  // for outputs: every field is there, null when it has no value
};

void append_json(std::string& out, const ObjectType& type, const void* object, Absent absent);

// One CSV column: a leaf field, reached through zero or more structs. Its name joins the names with
// dots: "factor.id". Lists of structs have no column; lists of texts are joined with "; ".
struct Column {
  std::string name;
  std::vector<const Field*> path;
  const Field& leaf() const { return *path.back(); }
};

std::vector<Column> csv_columns(const ObjectType& type);

// The member behind a column, or null when an optional struct on the way is absent.
const void* column_member(const Column& column, const void* object);

void append_csv_cell(std::string& out, const Column& column, const void* object);

}  // namespace greenlang::tool
