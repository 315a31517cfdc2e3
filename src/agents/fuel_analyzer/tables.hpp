// The regulatory tables of the fuel analyzer, read from data/ (see data/SOURCES.md), and a company's
// own factors beside them. Read-only after loading; safe to share between threads.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/embedded.hpp"
#include "base/result.hpp"
#include "units/unit.hpp"

namespace greenlang::fuel_analyzer {

// 100-year global warming potentials; kAr5 is what 40 CFR 98 (since 2025), EPA and DESNZ print with.
enum class GwpSet { kAr4, kAr5, kAr6 };
inline constexpr std::array<std::string_view, 3> kGwpSetNames = {"AR4GWP100", "AR5GWP100", "AR6GWP100"};
std::optional<GwpSet> gwp_set(std::string_view name);
std::string_view gwp_set_name(GwpSet set);

struct Gwp {
  double ch4_fossil, ch4_non_fossil, n2o;  // kg CO2e per kg
};

// Heating value basis: HHV (gross) or LHV (net). kNone for factors per mass, volume or kWh of power.
enum class Basis { kNone, kHhv, kLhv };
std::string_view basis_name(Basis basis);  // "HHV", "LHV", ""

enum class Phase { kUnknown, kSolid, kLiquid, kGas, kElectricity, kHeat };
enum class Origin { kFossil, kBiogenic, kBlend, kWaste, kEnergy };  // where its carbon comes from

struct Fuel {
  std::string key;   // "natural_gas"
  std::string name;  // "Natural gas"
  Phase phase = Phase::kUnknown;
  Origin origin = Origin::kFossil;
};

struct Region {
  std::string key;  // "US-CAMX"
  std::string name;
  const Region* parent = nullptr;  // a factor of the parent applies where the part has none
};

// One edition of one publication.
struct Dataset {
  std::string key, title, edition, citation, verification;
  int year_from = 0, year_to = 0;  // reporting years it applies to, both inclusive
  int precedence = 0;              // the lower wins when several publications cover a question
  std::optional<GwpSet> gwp_set;   // the set its CO2e values are printed with
  bool own = false;                // a company's or supplier's own factor
};

// One published row. Amounts are `mass_unit_kg` kg per `per_unit`. nullopt: not published, never 0.
struct Factor {
  std::string id;  // "desnz_2025/natural_gas/direct/kWh-HHV"
  const Dataset* dataset = nullptr;
  const Fuel* fuel = nullptr;
  const Region* region = nullptr;
  std::string published_name, sector, category, table, status, source;
  int scope = 0;  // 1, 2, 3; 0 for a memo outside of scopes
  const units::Unit* per_unit = nullptr;
  Basis basis = Basis::kNone;
  double mass_unit_kg = 1;
  std::optional<double> co2, ch4, n2o;
  bool gases_are_co2e = false;  // ch4 and n2o are printed as CO2e of dataset->gwp_set
  std::optional<double> co2e;   // the printed total
  bool biogenic = false;        // its CO2 is biogenic and stands in the memo line
  // Energy of one `heating_value_per`, for factors per energy: 0.138 mmBtu per gal_us.
  std::optional<double> heating_value;
  const units::Unit* heating_value_energy = nullptr;
  const units::Unit* heating_value_per = nullptr;

  int year() const { return dataset->year_from; }
};

// Calorific values and density of a fuel, for conversions between mass, volume and energy.
struct FuelProperties {
  const Dataset* dataset;
  const Fuel* fuel;
  std::optional<double> net_gj_per_t, gross_gj_per_t, density_kg_per_m3;
};

// A name as people write it, in one region (or everywhere when null).
struct NamedFuel {
  const Region* region;
  const Fuel* fuel;
};

class FactorTables {
 public:
  // `files` are the embedded data files; `own_factors` is the text of a company's factor file, or
  // empty. Errors name file and line.
  static Result<std::unique_ptr<const FactorTables>> load(std::span<const embedded::File> files, std::string_view own_factors_name = {},
                                                          std::string_view own_factors = {});

  // SHA-256 over the tables, hex; with own factors "<hex>+own:<hex of their file>".
  const std::string& version() const { return version_; }

  const Gwp& gwp(GwpSet set) const { return gwp_[static_cast<std::size_t>(set)]; }
  const std::deque<Dataset>& datasets() const { return datasets_; }
  const std::deque<Region>& regions() const { return regions_; }
  const std::deque<Fuel>& fuels() const { return fuels_; }
  std::span<const Factor* const> factors_of(const Fuel& fuel) const;
  const FuelProperties* properties_of(const Fuel& fuel) const;
  const Fuel* fuel(std::string_view key) const;
  const Dataset* dataset(std::string_view key) const;

  // Names, folded (base/text.hpp).
  const Region* region(std::string_view name) const;
  const std::vector<NamedFuel>* named(std::string_view name) const;
  // Every spelling that is known for some fuel, for suggestions.
  const std::vector<std::string_view>& fuel_names() const { return fuel_names_; }

 private:
  friend class TableLoader;
  std::string version_;
  std::array<Gwp, 3> gwp_{};
  // Deques, since rows point to each other.
  std::deque<Dataset> datasets_;
  std::deque<Region> regions_;
  std::deque<Fuel> fuels_;
  std::deque<Factor> factors_;
  std::vector<FuelProperties> properties_;
  std::unordered_map<const Fuel*, std::vector<const Factor*>> by_fuel_;
  std::unordered_map<std::string, const Region*> region_names_;
  std::unordered_map<std::string, std::vector<NamedFuel>> named_;
  std::vector<std::string_view> fuel_names_;
};

// True when `outer` is `inner` or contains it.
bool contains(const Region* outer, const Region* inner);

}  // namespace greenlang::fuel_analyzer
