#include "tool/encode.hpp"

#include "base/csv.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::tool {
namespace {

// Appends the value and returns true, or returns false when there is none.
bool append_value(std::string& out, const Field& field, const void* member, Absent absent) {
  switch (field.kind()) {
    case Kind::kNumber: append_number(out, *static_cast<const double*>(member)); return true;
    case Kind::kOptionalNumber: {
      const auto& value = *static_cast<const std::optional<double>*>(member);
      if (value) append_number(out, *value);
      return value.has_value();
    }
    case Kind::kInteger: append_integer(out, *static_cast<const int*>(member)); return true;
    case Kind::kOptionalInteger: {
      const auto& value = *static_cast<const std::optional<int>*>(member);
      if (value) append_integer(out, *value);
      return value.has_value();
    }
    case Kind::kBoolean: out += *static_cast<const bool*>(member) ? "true" : "false"; return true;
    case Kind::kText: {
      const auto& text = *static_cast<const std::string_view*>(member);
      if (!text.empty()) json::append_string(out, text);
      return !text.empty();
    }
    case Kind::kOwnedText: {
      const auto& text = *static_cast<const std::string*>(member);
      if (!text.empty()) json::append_string(out, text);
      return !text.empty();
    }
    case Kind::kTexts: {
      const auto& list = *static_cast<const std::vector<std::string>*>(member);
      if (list.empty() && absent == Absent::kOmit) return false;
      out.push_back('[');
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out.push_back(',');
        json::append_string(out, list[i]);
      }
      out.push_back(']');
      return true;
    }
    case Kind::kObject: append_json(out, *field.object(), member, absent); return true;
    case Kind::kOptionalObject:
      if (field.ops().size(member) == 0) return false;
      append_json(out, *field.object(), field.ops().at(member, 0), absent);
      return true;
    case Kind::kObjects: {
      const std::size_t size = field.ops().size(member);
      if (size == 0 && absent == Absent::kOmit && !field.is_required()) return false;
      out.push_back('[');
      for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) out.push_back(',');
        append_json(out, *field.object(), field.ops().at(member, i), absent);
      }
      out.push_back(']');
      return true;
    }
  }
  return false;
}

void collect(const ObjectType& type, std::vector<const Field*>& path, const std::string& prefix, std::vector<Column>& out) {
  for (const Field& field : type.fields) {
    if (!field.in_csv() || field.kind() == Kind::kObjects) continue;
    path.push_back(&field);
    const std::string name = prefix + std::string(field.name());
    if (field.object() != nullptr) collect(*field.object(), path, name + ".", out);
    else out.push_back({name, path});
    path.pop_back();
  }
}

}  // namespace

void append_json(std::string& out, const ObjectType& type, const void* object, Absent absent) {
  char separator = '{';
  for (const std::uint16_t index : type.canonical_order) {
    const Field& field = type.fields[index];
    const std::size_t before = out.size();
    out.push_back(separator);
    out.push_back('"');
    out.append(field.name());  // names in tables are plain identifiers
    out += "\":";
    if (!append_value(out, field, field.member(object), absent)) {
      if (absent == Absent::kOmit) {
        out.resize(before);
        continue;
      }
      out += "null";
    }
    separator = ',';
  }
  out += separator == '{' ? "{}" : "}";
}

std::vector<Column> csv_columns(const ObjectType& type) {
  std::vector<Column> out;
  std::vector<const Field*> path;
  collect(type, path, "", out);
  return out;
}

const void* column_member(const Column& column, const void* object) {
  for (const Field* field : column.path) {
    object = field->member(object);
    if (field->kind() == Kind::kOptionalObject) {
      if (field->ops().size(object) == 0) return nullptr;
      object = field->ops().at(object, 0);
    }
  }
  return object;
}

void append_csv_cell(std::string& out, const Column& column, const void* object) {
  const void* member = column_member(column, object);
  if (member == nullptr) return;
  switch (column.leaf().kind()) {
    case Kind::kText: csv::append_cell(out, *static_cast<const std::string_view*>(member)); return;
    case Kind::kOwnedText: csv::append_cell(out, *static_cast<const std::string*>(member)); return;
    case Kind::kTexts: {
      const auto& list = *static_cast<const std::vector<std::string>*>(member);
      std::string joined;
      for (std::size_t i = 0; i < list.size(); ++i) joined += (i > 0 ? "; " : "") + list[i];
      csv::append_cell(out, joined);
      return;
    }
    default: append_value(out, column.leaf(), member, Absent::kOmit);
  }
}

}  // namespace greenlang::tool
