#include "tool/field.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/json.hpp"

namespace greenlang::tool {

ObjectType::ObjectType(std::string_view type_name, std::string_view type_doc, std::vector<Field> type_fields)
    : name(type_name), doc(type_doc), fields(std::move(type_fields)) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Kind kind = fields[i].kind();
    const bool nested = kind == Kind::kObject || kind == Kind::kOptionalObject || kind == Kind::kObjects;
    GL_CHECK(nested == (fields[i].object() != nullptr));
    canonical_order.push_back(static_cast<std::uint16_t>(i));
  }
  std::sort(canonical_order.begin(), canonical_order.end(),
            [this](std::uint16_t a, std::uint16_t b) { return json::key_before(fields[a].name(), fields[b].name()); });
  const auto twice = std::adjacent_find(canonical_order.begin(), canonical_order.end(),
                                        [this](std::uint16_t a, std::uint16_t b) { return fields[a].name() == fields[b].name(); });
  GL_CHECK(twice == canonical_order.end());
}

const Field* ObjectType::find(std::string_view field_name) const {
  for (const Field& field : fields) {
    if (field.name() == field_name) return &field;
  }
  return nullptr;
}

}  // namespace greenlang::tool
