#include "agents/fuel_analyzer/conversion.hpp"

#include <cmath>

#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

using tool::product;
using tool::quotient;
using units::Dimension;

constexpr std::string_view kProperties = "DESNZ 2025 fuel properties";

struct Property {
  double value;
  std::string_view symbol, unit;
  bool divide;
};

// How mass becomes volume (kg to m3) or energy (kg to MJ); the way back is the inverse.
Result<Property> property(const FuelProperties& of, Dimension dimension, std::string_view basis) {
  if (dimension == Dimension::kVolume) {
    if (!of.density_kg_per_m3) return invalid("/fuel_type", "no density is published for " + of.fuel->key);
    return Property{*of.density_kg_per_m3, "density", "kg/m3", true};
  }
  if (basis.empty())
    return invalid("/heating_value_basis", "say HHV (gross) or LHV (net): the energy of " + of.fuel->key + " differs by basis");
  const auto& value = basis == "HHV" ? of.gross_gj_per_t : of.net_gj_per_t;
  if (!value) return invalid("/fuel_type", "no " + std::string(basis) + " calorific value is published for " + of.fuel->key);
  return Property{*value, "calorific_value", "MJ/kg", false};  // GJ/t = MJ/kg
}

}  // namespace

Result<ConversionOutput> Conversion::operator()(const ConversionInput& input, tool::Steps* steps) {
  auto from = units::find(input.from_unit);
  if (!from) return invalid("/from_unit", std::move(from.error().message));
  auto to = units::find(input.to_unit);
  if (!to) return invalid("/to_unit", std::move(to.error().message));
  ConversionOutput out;
  out.unit = (*to)->key;
  out.definition = (*from)->definition;
  out.source = "exact unit definitions";
  if ((*from)->dimension == (*to)->dimension) {
    out.factor = units::ratio(**from, **to);
    out.value = product(steps, {"value", out.unit, "exact unit definitions", "/value"},
                        {{"input", input.value, (*from)->key, "input"}, {"unit_ratio", out.factor, {}, (*from)->definition}});
  } else {
    if (input.fuel_type.empty()) {
      return invalid("/fuel_type", "is required to convert " + std::string(dimension_name((*from)->dimension)) + " to " +
                                       std::string(dimension_name((*to)->dimension)));
    }
    auto region = find_region(*tables_, input.region.empty() ? "GB" : input.region);
    if (!region) return std::move(region.error());
    auto fuel = find_fuel(*tables_, input.fuel_type, **region);
    if (!fuel) return std::move(fuel.error());
    const FuelProperties* properties = tables_->properties_of(**fuel);
    if (properties == nullptr) return invalid("/fuel_type", "no density or calorific value is published for " + (*fuel)->key);
    // Through mass: from -> kg -> to, in SI units of each kind.
    double value = product(steps, {"si_amount", dimension_name((*from)->dimension), "exact unit definitions", ""},
                           {{"input", input.value, (*from)->key, "input"}, {"si_per_unit", (*from)->si, {}, (*from)->definition}});
    std::string_view symbol = "si_amount";
    if ((*from)->dimension != Dimension::kMass) {
      auto known = property(*properties, (*from)->dimension, input.heating_value_basis);
      if (!known) return std::move(known.error());
      const tool::Term amount{symbol, value, {}, {}};
      const tool::Term by{known->symbol, known->value, known->unit, kProperties};
      value = known->divide ? product(steps, {"mass", "kg", kProperties, ""}, {amount, by})
                            : quotient(steps, {"mass", "kg", kProperties, ""}, amount, by);
      symbol = "mass";
    }
    if ((*to)->dimension != Dimension::kMass) {
      auto known = property(*properties, (*to)->dimension, input.heating_value_basis);
      if (!known) return std::move(known.error());
      const tool::Term amount{symbol, value, "kg", {}};
      const tool::Term by{known->symbol, known->value, known->unit, kProperties};
      const tool::StepHead head{"converted", dimension_name((*to)->dimension), kProperties, ""};
      value = known->divide ? quotient(steps, head, amount, by) : product(steps, head, {amount, by});
      symbol = "converted";
    }
    out.value = quotient(steps, {"value", out.unit, "exact unit definitions", "/value"}, {symbol, value, {}, {}},
                         {"si_per_to_unit", (*to)->si, {}, (*to)->definition});
    if (input.value == 1) {
      out.factor = out.value;
    } else {  // the same calculation for one unit
      ConversionInput one = input;
      one.value = 1;
      auto unit = (*this)(one, nullptr);
      if (!unit) return std::move(unit.error());
      out.factor = unit->value;
    }
    out.source = kProperties;
    out.basis = input.heating_value_basis;
  }
  if (!std::isfinite(out.value)) return invalid("/value", "is too large: the result does not fit a 64-bit double");
  return out;
}

}  // namespace greenlang::fuel_analyzer
