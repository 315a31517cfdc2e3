#include "tool/decode.hpp"

#include <boost/json.hpp>
#include <cmath>

#include "base/text.hpp"

namespace greenlang::tool {
namespace {

// Where in the input we are, as a chain on the stack; it becomes text for an error only.
struct Place {
  const Place* outer = nullptr;
  std::string_view name = {};  // of a member, or of the whole path when `outer` is null
  std::optional<std::size_t> index = {};

  std::string text() const {
    std::string out = outer != nullptr ? outer->text() : std::string(name);
    if (outer == nullptr) return out;
    out.push_back('/');
    if (index) return out + std::to_string(*index);
    for (char c : name) {  // RFC 6901: "~" and "/" inside a member name are escaped
      if (c == '~') out += "~0";
      else if (c == '/') out += "~1";
      else out.push_back(c);
    }
    return out;
  }
};

void add(Errors& errors, const Place& place, std::string message) {
  if (errors.size() < kMostErrors) errors.push_back(invalid(place.text(), std::move(message)));
}

void decode_object(const json::Value& input, const ObjectType& type, void* object, Errors& errors, const Place& place);

std::string_view kind_name(const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "a boolean";
    case boost::json::kind::string: return "a string";
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
    default: return "a number";
  }
}

bool set_number(const Field& field, double value, void* object, Errors& errors, const Place& place) {
  const bool integer = field.kind() == Kind::kInteger || field.kind() == Kind::kOptionalInteger;
  if (integer && (value != std::trunc(value) || std::abs(value) > 1e9)) {
    add(errors, place, "must be a whole number; it is " + number_text(value));
    return false;
  }
  if (field.minimum() && value < *field.minimum()) {
    add(errors, place, "must be at least " + number_text(*field.minimum()) + "; it is " + number_text(value));
    return false;
  }
  if (field.maximum() && value > *field.maximum()) {
    add(errors, place, "must be at most " + number_text(*field.maximum()) + "; it is " + number_text(value));
    return false;
  }
  void* member = field.member(object);
  switch (field.kind()) {
    case Kind::kNumber: *static_cast<double*>(member) = value; break;
    case Kind::kOptionalNumber: *static_cast<std::optional<double>*>(member) = value; break;
    case Kind::kInteger: *static_cast<int*>(member) = static_cast<int>(value); break;
    default: *static_cast<std::optional<int>*>(member) = static_cast<int>(value); break;
  }
  return true;
}

bool set_text(const Field& field, std::string_view value, void* object, Errors& errors, const Place& place) {
  if (value.size() > field.longest()) {
    add(errors, place, "must have at most " + std::to_string(field.longest()) + " bytes; it has " + std::to_string(value.size()));
    return false;
  }
  if (!field.allowed().empty()) {
    bool found = false;
    for (std::string_view allowed : field.allowed()) {
      if (allowed == value) {
        value = allowed;
        found = true;
      }
    }
    if (!found) {
      add(errors, place, unknown_name("value", value, field.allowed()));
      return false;
    }
  }
  if (field.kind() == Kind::kText) *static_cast<std::string_view*>(field.member(object)) = value;
  else static_cast<std::string*>(field.member(object))->assign(value);
  return true;
}

bool is_number_kind(Kind kind) {
  return kind == Kind::kNumber || kind == Kind::kOptionalNumber || kind == Kind::kInteger || kind == Kind::kOptionalInteger;
}

void decode_texts(const json::Array& items, const Field& field, void* object, Errors& errors, const Place& place) {
  auto& list = *static_cast<std::vector<std::string>*>(field.member(object));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_string()) {
      add(errors, {&place, {}, i}, "must be a string; it is " + std::string(kind_name(items[i])));
      continue;
    }
    list.emplace_back(std::string_view(items[i].get_string()));
  }
}

void decode_list(const json::Array& items, const Field& field, void* object, Errors& errors, const Place& place) {
  if (items.size() > field.longest()) {
    add(errors, place, "must have at most " + std::to_string(field.longest()) + " items; it has " + std::to_string(items.size()));
    return;
  }
  if (field.kind() == Kind::kTexts) return decode_texts(items, field, object, errors, place);
  for (std::size_t i = 0; i < items.size(); ++i) {
    decode_object(items[i], *field.object(), field.ops().append(field.member(object)), errors, {&place, {}, i});
  }
}

void decode_member(const json::Value& value, const Field& field, void* object, Errors& errors, const Place& place) {
  const auto wrong = [&](std::string_view wanted) {
    add(errors, place, "must be " + std::string(wanted) + "; it is " + std::string(kind_name(value)));
  };
  switch (field.kind()) {
    case Kind::kBoolean:
      if (!value.is_bool()) return wrong("a boolean");
      *static_cast<bool*>(field.member(object)) = value.get_bool();
      return;
    case Kind::kText:
    case Kind::kOwnedText:
      if (!value.is_string()) return wrong("a string");
      if (value.get_string().empty()) return add(errors, place, "must not be empty; leave it out instead");
      set_text(field, value.get_string(), object, errors, place);
      return;
    case Kind::kObject: return decode_object(value, *field.object(), field.member(object), errors, place);
    case Kind::kOptionalObject: return decode_object(value, *field.object(), field.ops().append(field.member(object)), errors, place);
    case Kind::kTexts:
    case Kind::kObjects:
      if (!value.is_array()) return wrong("an array");
      return decode_list(value.get_array(), field, object, errors, place);
    default:
      if (!value.is_number()) return wrong("a number");
      set_number(field, value.to_number<double>(), object, errors, place);
  }
}

void decode_object(const json::Value& input, const ObjectType& type, void* object, Errors& errors, const Place& place) {
  if (!input.is_object()) {
    return add(errors, place, "must be an object; it is " + std::string(kind_name(input)));
  }
  const json::Object& members = input.get_object();
  std::size_t used = 0;
  for (const Field& field : type.fields) {
    const json::Value* value = members.if_contains(field.name());
    if (value == nullptr) {
      if (field.is_required()) add(errors, {&place, field.name(), {}}, "is required: " + std::string(field.doc()));
      continue;
    }
    ++used;
    decode_member(*value, field, object, errors, {&place, field.name(), {}});
  }
  if (used == members.size()) return;
  std::vector<std::string_view> known;
  for (const Field& field : type.fields) known.push_back(field.name());
  for (const auto& member : members) {
    if (type.find(member.key()) == nullptr) {
      add(errors, {&place, member.key(), {}}, unknown_name("field", member.key(), known));
    }
  }
}

}  // namespace

std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> known) {
  std::string shown(name.substr(0, 60));
  if (!is_utf8(shown)) shown = "(not UTF-8)";
  std::string out = "unknown " + std::string(what) + " \"" + shown + "\"";
  const std::string_view near = closest(name, known);
  if (!near.empty()) return out + "; did you mean \"" + std::string(near) + "\"?";
  return out + "; known: " + join_or(known);
}

void decode(const json::Value& input, const ObjectType& type, void* object, Errors& errors, const std::string& path) {
  decode_object(input, type, object, errors, {nullptr, path, {}});
}

bool decode_cell(const Field& field, std::string_view cell, void* object, Errors& errors) {
  if (cell.empty()) return true;
  const Place root;
  const Place place{&root, field.name(), {}};
  if (is_number_kind(field.kind())) {
    const auto value = parse_number(cell);
    if (value) {
      // The common case first: a path is made only for an error.
      return set_number(field, *value, object, errors, place);
    }
    std::string shown(cell.substr(0, 40));
    if (!is_utf8(shown)) shown = "(not UTF-8)";
    add(errors, place, "must be a number such as 1234.5; it is \"" + shown + "\"");
    return false;
  }
  switch (field.kind()) {
    case Kind::kText:
      if (field.allowed().empty() && cell.size() <= field.longest()) {
        *static_cast<std::string_view*>(field.member(object)) = cell;
        return true;
      }
      return set_text(field, cell, object, errors, place);
    case Kind::kOwnedText: return set_text(field, cell, object, errors, place);
    case Kind::kBoolean:
      if (cell != "true" && cell != "false") {
        add(errors, place, "must be true or false");
        return false;
      }
      *static_cast<bool*>(field.member(object)) = cell == "true";
      return true;
    default: GL_CHECK(!"nested fields have no CSV cell"); return false;
  }
}

}  // namespace greenlang::tool
