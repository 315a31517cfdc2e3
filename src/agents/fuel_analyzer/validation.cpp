#include "agents/fuel_analyzer/validation.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

constexpr std::string_view kScoreBasis =
    "GreenLang's own rule, not a regulation: 1 less 0.4 for a unit of the wrong phase, 0.2 for a zero amount, 0.3 for an "
    "amount beyond 1e9 units; 0 when it cannot be calculated";

// Litres of a gas are usually m3 misread; cubic metres of a solid usually tonnes.
std::string_view usual_unit(Phase phase) {
  switch (phase) {
    case Phase::kGas: return "m3";
    case Phase::kLiquid: return "L";
    case Phase::kSolid: return "t";
    case Phase::kElectricity:
    case Phase::kHeat: return "kWh";
    case Phase::kUnknown: break;
  }
  return {};
}

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::kGas: return "a gas";
    case Phase::kLiquid: return "a liquid";
    case Phase::kSolid: return "a solid";
    case Phase::kElectricity: return "electricity";
    case Phase::kHeat: return "heat";
    case Phase::kUnknown: break;
  }
  return "unknown";
}

bool unit_suits(Phase phase, const units::Unit& unit) {
  const bool gas_measure = unit.key == "scf" || unit.key == "ccf" || unit.key == "Mcf";
  switch (unit.dimension) {
    case units::Dimension::kEnergy: return true;
    case units::Dimension::kMass: return phase != Phase::kElectricity && phase != Phase::kHeat;
    case units::Dimension::kVolume:
      if (phase == Phase::kGas) return unit.key == "m3" || gas_measure;
      return phase == Phase::kLiquid ? !gas_measure : phase == Phase::kUnknown;
  }
  return false;
}

}  // namespace

Result<ValidationOutput> Validation::operator()(const ValidationInput& input, tool::Steps* steps) {
  ValidationOutput out;
  out.score_basis = kScoreBasis;
  out.valid = true;
  std::vector<tool::Term> score = {{"nothing_found", 1}};
  const auto refuse = [&](std::string message) {
    out.valid = false;
    out.warnings.push_back(std::move(message));
  };
  const std::string_view region_name = input.region.empty() ? std::string_view("GB") : input.region;
  auto region = find_region(*tables_, region_name);
  auto unit = units::find(input.unit);
  if (!region) refuse(region.error().message);
  if (!unit) refuse(unit.error().message);
  const Fuel* fuel = nullptr;
  if (region) {
    auto found = find_fuel(*tables_, input.fuel_type, **region);
    if (found) fuel = *found;
    else refuse(found.error().message);
  }
  if (fuel != nullptr) out.fuel = fuel->key;
  if (fuel != nullptr && unit) {
    if (!unit_suits(fuel->phase, **unit)) {
      score.push_back({"unit_of_wrong_phase", -0.4});
      out.warnings.push_back(fuel->name + " is " + std::string(phase_name(fuel->phase)) + "; an amount in " + std::string((*unit)->key) +
                             " is unusual");
      const units::Unit* usual = units::by_key(usual_unit(fuel->phase));
      if (usual != nullptr) {
        out.suggested_unit = usual->key;
        if (usual->dimension == (*unit)->dimension) {
          out.suggested_value = tool::product(
              steps, {"suggested_value", usual->key, "exact unit definitions", "/suggested_value"},
              {{"quantity", input.quantity, (*unit)->key, "input"}, {"unit_ratio", units::ratio(**unit, *usual), {}, (*unit)->definition}});
        }
      }
    }
    if (input.year) {
      auto factor = select_factor(*tables_, {fuel->key, region_name, *input.year, {}, {}, {}, input.heating_value_basis, *unit});
      if (!factor) refuse(factor.error().path + ": " + factor.error().message);
    }
  }
  if (input.quantity == 0) {
    score.push_back({"zero_amount", -0.2});
    out.warnings.emplace_back("the amount is zero");
  }
  if (input.quantity > 1e9) {
    score.push_back({"very_large_amount", -0.3});
    out.warnings.push_back("the amount is larger than 1e9 " + std::string(unit ? (*unit)->key : input.unit));
  }
  if (!out.valid) score = {{"not_usable", 0}};
  out.plausibility_score = tool::sum(steps, {"plausibility_score", "", kScoreBasis, "/plausibility_score"}, score);
  return out;
}

}  // namespace greenlang::fuel_analyzer
