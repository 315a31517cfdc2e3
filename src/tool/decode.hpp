// From JSON or CSV cells into a described struct. All errors are reported at once, each with a JSON
// Pointer; an unknown member names the closest known one.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "tool/field.hpp"

namespace greenlang::tool {

inline constexpr std::size_t kMostErrors = 100;  // further ones are not listed

// Fills `object`, a default-constructed struct that `type` describes. Texts become views into `input`.
void decode(const json::Value& input, const ObjectType& type, void* object, Errors& errors, const std::string& path = "");

// Sets one field from a CSV cell; an empty cell means "not given". Lists and nested structs have no
// cells. Returns false and adds to `errors` (path "/<name>") when the text does not fit.
bool decode_cell(const Field& field, std::string_view cell, void* object, Errors& errors);

// The message for a name that is none of `known`: names the closest, or lists them all.
std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> known);

}  // namespace greenlang::tool
