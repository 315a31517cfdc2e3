// For tests: the agent over the shipped tables, asked in JSON. Not for production code.
#pragma once

#include <boost/json.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/fuel_analyzer/selection.hpp"
#include "agents/fuel_analyzer/tools.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::fuel_analyzer::testing {

// An agent and its tables, which outlive it.
struct Loaded {
  std::unique_ptr<const FactorTables> tables;
  tool::Agent agent;
};

inline Result<std::unique_ptr<Loaded>> load(std::string_view own_name = {}, std::string_view own = {}) {
  auto tables = load_tables(own_name, own);
  if (!tables) return std::move(tables.error());
  auto out = std::make_unique<Loaded>();
  out->tables = std::move(*tables);
  out->agent = make_agent(*out->tables);
  return out;
}

// Loaded once; tests do not change it.
inline const Loaded& shipped() {
  static const std::unique_ptr<Loaded> kLoaded = [] {
    auto loaded = load();
    GL_CHECK(loaded.ok());
    return std::move(*loaded);
  }();
  return *kLoaded;
}

struct Reply {
  Errors errors;
  json::Value input, output, steps;

  bool ok() const { return errors.empty(); }
  // "pointer: message" of the first error.
  std::string error() const { return errors.empty() ? "(no error)" : errors[0].path + ": " + errors[0].message; }
  // A number by its pointer; NaN when it is null or not there.
  double number(std::string_view pointer) const {
    const json::Value* value = find(pointer);
    return value != nullptr && value->is_number() ? value->to_number<double>() : std::nan("");
  }
  std::string text(std::string_view pointer) const {
    const json::Value* value = find(pointer);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  }
  bool is_null(std::string_view pointer) const {
    const json::Value* value = find(pointer);
    return value != nullptr && value->is_null();
  }
  const json::Value* find(std::string_view pointer) const {
    boost::json::error_code error;
    return output.find_pointer(pointer, error);
  }
};

inline Reply ask(std::string_view tool, const json::Value& input, bool explain = false, const Loaded& loaded = shipped()) {
  Reply out;
  tool::Answer answer;
  const tool::Tool* found = loaded.agent.find(tool);
  GL_CHECK(found != nullptr);
  out.errors = found->open()->call(input, explain, answer);
  if (!out.ok()) return out;
  out.input = *json::parse(answer.input);
  out.output = *json::parse(answer.output, {.bytes = 64 << 20});
  if (explain) out.steps = *json::parse(answer.steps, {.bytes = 64 << 20});
  return out;
}

inline Reply ask(std::string_view tool, const char* input, const Loaded& loaded = shipped()) {
  auto value = json::parse(input);
  GL_CHECK(value.ok());
  return ask(tool, *value, false, loaded);
}

inline Reply emissions(const char* input, const Loaded& loaded = shipped()) { return ask("calculate_emissions", input, loaded); }

// The question whose answer is exactly this row.
inline json::Object question_of(const Factor& row, double amount) {
  json::Object out{{"activity_value", amount},  {"activity_unit", row.per_unit->key}, {"fuel_type", row.fuel->key},
                   {"region", row.region->key}, {"year", row.dataset->year_from},     {"dataset", row.dataset->key},
                   {"category", row.category}};
  if (row.basis != Basis::kNone) out["heating_value_basis"] = basis_name(row.basis);
  if (!row.sector.empty()) out["sector"] = row.sector;
  return out;
}

inline std::vector<const Factor*> all_rows(const FactorTables& tables = *shipped().tables) {
  std::vector<const Factor*> out;
  for (const Fuel& fuel : tables.fuels()) {
    for (const Factor* row : tables.factors_of(fuel)) out.push_back(row);
  }
  return out;
}

// |a - b| relative to the larger; 0 for two zeros.
inline double apart(double a, double b) { return a == b ? 0 : std::abs(a - b) / std::fmax(std::abs(a), std::abs(b)); }

}  // namespace greenlang::fuel_analyzer::testing
