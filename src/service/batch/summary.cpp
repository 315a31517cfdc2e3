#include "service/batch/summary.hpp"

#include <optional>

namespace greenlang::service {
namespace {

// The output column with that name, also one that is not in CSV files.
tool::Column find_column(const tool::ObjectType& type, std::string_view name) {
  tool::Column out{std::string(name), {}};
  const tool::ObjectType* at = &type;
  for (std::size_t dot; !name.empty(); name = dot == std::string_view::npos ? "" : name.substr(dot + 1)) {
    dot = name.find('.');
    const tool::Field* field = at->find(name.substr(0, dot));
    GL_CHECK(field != nullptr);
    out.path.push_back(field);
    at = field->object();
  }
  return out;
}

double number_of(const tool::Column& column, const void* object) {
  const void* member = tool::column_member(column, object);
  if (member == nullptr) return 0;
  if (column.leaf().kind() == tool::Kind::kNumber) return *static_cast<const double*>(member);
  return static_cast<const std::optional<double>*>(member)->value_or(0);
}

}  // namespace

Summarizer::Summarizer(const tool::Tool& tool) {
  for (std::string_view name : tool.group_by) groups_.push_back(find_column(*tool.output, name));
  for (std::string_view name : tool.add_up) sums_.push_back(find_column(*tool.output, name));
}

void Summarizer::add(const void* output_object) {
  if (groups_.empty()) return;
  key_.clear();
  for (const tool::Column& group : groups_) {
    if (!key_.empty()) key_.push_back('\x1f');
    tool::append_csv_cell(key_, group, output_object);
  }
  GroupTotals& totals = totals_[key_];
  totals.sums.resize(sums_.size());
  ++totals.rows;
  for (std::size_t i = 0; i < sums_.size(); ++i) totals.sums[i] += number_of(sums_[i], output_object);
}

void Summarizer::take(Summary& out) {
  for (auto& [key, totals] : totals_) {
    GroupTotals& to = out[key];
    to.rows += totals.rows;
    to.sums.resize(totals.sums.size());
    for (std::size_t i = 0; i < totals.sums.size(); ++i) to.sums[i] += totals.sums[i];
  }
  totals_.clear();
}

}  // namespace greenlang::service
