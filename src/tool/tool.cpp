#include "tool/tool.hpp"

namespace greenlang::tool {

bool Tool::takes_rows() const {
  for (const Field& field : input->fields) {
    const bool cell = field.object() == nullptr && field.kind() != Kind::kTexts;
    if (field.is_required() && !cell) return false;
  }
  return true;
}

const Tool* Agent::find(std::string_view tool_name) const {
  for (const Tool& tool : tools) {
    if (tool.name == tool_name) return &tool;
  }
  return nullptr;
}

}  // namespace greenlang::tool
