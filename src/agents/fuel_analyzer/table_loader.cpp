#include "agents/fuel_analyzer/table_loader.hpp"

#include <algorithm>

#include "agents/fuel_analyzer/selection.hpp"
#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

constexpr std::string_view kFactorFolder = "data/fuel/factors/";

std::optional<Phase> phase_of(std::string_view text) {
  if (text == "solid") return Phase::kSolid;
  if (text == "liquid") return Phase::kLiquid;
  if (text == "gas") return Phase::kGas;
  if (text == "electricity") return Phase::kElectricity;
  if (text == "heat") return Phase::kHeat;
  return std::nullopt;
}

std::optional<Origin> origin_of(std::string_view text) {
  if (text == "fossil") return Origin::kFossil;
  if (text == "biogenic") return Origin::kBiogenic;
  if (text == "blend") return Origin::kBlend;
  if (text == "waste") return Origin::kWaste;
  if (text == "energy") return Origin::kEnergy;
  return std::nullopt;
}

Result<Basis> basis_of(const csv::Table& table, std::size_t row) {
  const std::string_view text = table.cell(row, "basis");
  if (text.empty()) return Basis::kNone;
  if (text == "HHV") return Basis::kHhv;
  if (text == "LHV") return Basis::kLhv;
  return invalid(table.where(row), "basis must be HHV, LHV or empty");
}

std::string factor_id(const Factor& factor) {
  std::string id = factor.dataset->key + "/" + factor.fuel->key;
  if (factor.region->parent != nullptr) id += "/" + factor.region->key;
  id += "/" + factor.category + "/" + std::string(factor.per_unit->key);
  if (factor.basis != Basis::kNone) id += "-" + std::string(basis_name(factor.basis));
  if (!factor.sector.empty()) id += "/" + factor.sector;
  return id;
}

Result<csv::Table> read(std::span<const embedded::File> files, std::string_view path) {
  for (const embedded::File& file : files) {
    if (file.path == path) return csv::Table::read(std::string(path), file.bytes);
  }
  return Error{ErrorCode::kInternal, "the data file is missing from the program", std::string(path)};
}

constexpr std::string_view kFactorColumns[] = {"fuel",  "published_name", "region", "sector",    "scope",         "category",
                                               "table", "per_unit",       "basis",  "mass_unit", "co2",           "ch4",
                                               "n2o",   "gas_form",       "co2e",   "biogenic",  "heating_value", "heating_value_unit",
                                               "status"};

bool one_of(std::string_view text, std::span<const std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

}  // namespace

Error TableLoader::at(const csv::Table& table, Row row, std::string message) { return invalid(table.where(row), std::move(message)); }

Result<void> TableLoader::has_columns(const csv::Table& table, std::string_view name, std::span<const std::string_view> columns) {
  for (std::string_view column : columns) {
    if (table.column(column) < 0) return invalid(std::string(name) + ":1", "the column \"" + std::string(column) + "\" is missing");
  }
  return {};
}

Result<void> TableLoader::load(std::span<const embedded::File> files) {
  struct Part {
    std::string_view path;
    Result<void> (TableLoader::*loader)(const csv::Table&);
    std::vector<std::string_view> columns;
  };
  // In the order in which rows refer to each other.
  const Part kOrder[] = {
      {"data/gwp100.csv", &TableLoader::gwp, {"gas", "AR4", "AR5", "AR6"}},
      {"data/fuel/datasets.csv",
       &TableLoader::datasets,
       {"dataset", "title", "edition", "citation", "verification", "year_from", "year_to", "precedence", "gwp_set"}},
      {"data/fuel/regions.csv", &TableLoader::regions, {"region", "name", "parent", "aliases"}},
      {"data/fuel/fuels.csv", &TableLoader::fuels, {"fuel", "name", "phase", "kind"}},
      {"data/fuel/fuel_properties.csv",
       &TableLoader::properties,
       {"dataset", "fuel", "net_cv_gj_per_t", "gross_cv_gj_per_t", "density_kg_per_m3"}},
      {"data/fuel/synonyms.csv", &TableLoader::synonyms, {"name", "region", "fuel"}},
  };
  for (const auto& [path, loader, columns] : kOrder) {
    auto table = read(files, path);
    if (!table) return std::move(table.error());
    if (auto whole = has_columns(*table, path, columns); !whole) return whole;
    if (auto loaded = (this->*loader)(*table); !loaded) return loaded;
  }
  for (const embedded::File& file : files) {
    if (!file.path.starts_with(kFactorFolder)) continue;
    const std::string_view key = file.path.substr(kFactorFolder.size(), file.path.size() - kFactorFolder.size() - 4);
    const Dataset* dataset = tables_.dataset(key);
    if (dataset == nullptr) return invalid(std::string(file.path), "has no row in data/fuel/datasets.csv");
    auto table = csv::Table::read(std::string(file.path), file.bytes);
    if (!table) return std::move(table.error());
    if (auto whole = has_columns(*table, file.path, kFactorColumns); !whole) return whole;
    if (auto loaded = factors(*table, *dataset); !loaded) return loaded;
  }
  return {};
}

Result<std::optional<double>> TableLoader::number(const csv::Table& table, Row row, std::string_view column) {
  const std::string_view text = table.cell(row, column);
  if (text.empty()) return std::optional<double>{};
  const auto value = parse_number(text);
  if (!value || *value < 0) return at(table, row, std::string(column) + " must be a number >= 0; it is \"" + std::string(text) + "\"");
  return value;
}

Result<int> TableLoader::integer(const csv::Table& table, Row row, std::string_view column) {
  const auto value = parse_integer(table.cell(row, column));
  if (!value || *value < 0 || *value > 9999) return at(table, row, std::string(column) + " must be a whole number");
  return static_cast<int>(*value);
}

Result<void> TableLoader::gwp(const csv::Table& table) {
  const std::string_view kColumns[] = {"AR4", "AR5", "AR6"};
  for (std::size_t set = 0; set < 3; ++set) {
    Gwp& gwp = tables_.gwp_[set];
    const std::pair<std::string_view, double*> kGases[] = {
        {"CH4 (fossil)", &gwp.ch4_fossil}, {"CH4 (non-fossil)", &gwp.ch4_non_fossil}, {"N2O", &gwp.n2o}};
    for (const auto& [gas, target] : kGases) {
      for (Row row = 0; row < table.rows(); ++row) {
        if (table.cell(row, "gas") != gas) continue;
        auto value = number(table, row, kColumns[set]);
        if (!value) return std::move(value.error());
        if (!*value) return at(table, row, "has no value for " + std::string(kColumns[set]));
        *target = **value;
      }
      if (*target <= 0) return invalid("data/gwp100.csv", "has no row for " + std::string(gas));
    }
  }
  return {};
}

Result<void> TableLoader::datasets(const csv::Table& table) {
  for (Row row = 0; row < table.rows(); ++row) {
    Dataset dataset;
    dataset.key = table.cell(row, "dataset");
    dataset.title = table.cell(row, "title");
    dataset.edition = table.cell(row, "edition");
    dataset.citation = table.cell(row, "citation");
    dataset.verification = table.cell(row, "verification");
    for (const auto& [column, target] :
         {std::pair{"year_from", &dataset.year_from}, {"year_to", &dataset.year_to}, {"precedence", &dataset.precedence}}) {
      auto value = integer(table, row, column);
      if (!value) return std::move(value.error());
      *target = *value;
    }
    const std::string_view set = table.cell(row, "gwp_set");
    dataset.gwp_set = gwp_set(set);
    if (!set.empty() && !dataset.gwp_set) return at(table, row, "unknown gwp_set");
    if (tables_.dataset(dataset.key) != nullptr) return at(table, row, "the dataset appears twice");
    tables_.datasets_.push_back(std::move(dataset));
  }
  return {};
}

Result<void> TableLoader::regions(const csv::Table& table) {
  for (Row row = 0; row < table.rows(); ++row) {
    Region region;
    region.key = table.cell(row, "region");
    region.name = table.cell(row, "name");
    const std::string_view parent = table.cell(row, "parent");
    if (!parent.empty()) {
      region.parent = tables_.region(parent);
      if (region.parent == nullptr) return at(table, row, "the parent region must come before its parts");
    }
    tables_.regions_.push_back(std::move(region));
    const Region* stored = &tables_.regions_.back();
    std::vector<std::string_view> names = split(table.cell(row, "aliases"), '|');
    names.insert(names.end(), {stored->key, stored->name});
    for (std::string_view name : names) {
      if (name.empty()) continue;
      const auto [found, fresh] = tables_.region_names_.emplace(fold_name(name), stored);
      if (!fresh && found->second != stored) return at(table, row, "the name \"" + std::string(name) + "\" already means another region");
    }
  }
  return {};
}

Result<void> TableLoader::fuels(const csv::Table& table) {
  for (Row row = 0; row < table.rows(); ++row) {
    const auto phase = phase_of(table.cell(row, "phase"));
    const auto origin = origin_of(table.cell(row, "kind"));
    if (!phase || !origin) return at(table, row, "unknown phase or kind");
    if (tables_.fuel(table.cell(row, "fuel")) != nullptr) return at(table, row, "the fuel appears twice");
    tables_.fuels_.push_back({std::string(table.cell(row, "fuel")), std::string(table.cell(row, "name")), *phase, *origin});
    const Fuel* fuel = &tables_.fuels_.back();
    name_fuel(fuel->key, nullptr, fuel);
  }
  return {};
}

void TableLoader::name_fuel(std::string_view name, const Region* region, const Fuel* fuel) {
  auto& meanings = tables_.named_[fold_name(name)];
  for (const NamedFuel& meaning : meanings) {
    if (meaning.fuel == fuel && meaning.region == region) return;
  }
  meanings.push_back({region, fuel});
}

Result<void> TableLoader::synonyms(const csv::Table& table) {
  for (Row row = 0; row < table.rows(); ++row) {
    const Fuel* fuel = tables_.fuel(table.cell(row, "fuel"));
    const std::string_view region_name = table.cell(row, "region");
    const Region* region = region_name == "*" ? nullptr : tables_.region(region_name);
    if (fuel == nullptr) return at(table, row, "unknown fuel \"" + std::string(table.cell(row, "fuel")) + "\"");
    if (region == nullptr && region_name != "*") return at(table, row, "unknown region");
    if (fold_name(table.cell(row, "name")).empty()) return at(table, row, "the name has no letters or digits");
    name_fuel(table.cell(row, "name"), region, fuel);
  }
  return {};
}

Result<void> TableLoader::properties(const csv::Table& table) {
  for (Row row = 0; row < table.rows(); ++row) {
    FuelProperties properties{tables_.dataset(table.cell(row, "dataset")), tables_.fuel(table.cell(row, "fuel")), {}, {}, {}};
    if (properties.dataset == nullptr || properties.fuel == nullptr) return at(table, row, "unknown dataset or fuel");
    for (const auto& [column, target] : {std::pair{"net_cv_gj_per_t", &properties.net_gj_per_t},
                                         {"gross_cv_gj_per_t", &properties.gross_gj_per_t},
                                         {"density_kg_per_m3", &properties.density_kg_per_m3}}) {
      auto value = number(table, row, column);
      if (!value) return std::move(value.error());
      *target = *value;
    }
    tables_.properties_.push_back(properties);
  }
  return {};
}

Result<void> TableLoader::factors(const csv::Table& table, const Dataset& dataset) {
  for (Row row = 0; row < table.rows(); ++row) {
    Factor factor;
    factor.dataset = &dataset;
    factor.fuel = tables_.fuel(table.cell(row, "fuel"));
    if (factor.fuel == nullptr) return at(table, row, "unknown fuel \"" + std::string(table.cell(row, "fuel")) + "\"");
    if (auto read = factor_row(table, row, factor); !read) return read;
    factor.source = dataset.title;
    name_fuel(factor.published_name, factor.region, factor.fuel);
    if (auto added = add(table, row, std::move(factor)); !added) return added;
  }
  return {};
}

Result<void> TableLoader::factor_row(const csv::Table& table, Row row, Factor& factor) {
  factor.region = tables_.region(table.cell(row, "region"));
  if (factor.region == nullptr) return at(table, row, "unknown region \"" + std::string(table.cell(row, "region")) + "\"");
  factor.published_name = table.cell(row, "published_name");
  factor.sector = table.cell(row, "sector");
  factor.category = table.cell(row, "category");
  factor.table = table.cell(row, "table");
  factor.status = table.cell(row, "status");
  if (!table.cell(row, "scope").empty()) {
    auto scope = integer(table, row, "scope");
    if (!scope) return std::move(scope.error());
    factor.scope = *scope;
  }
  const std::string_view mass = table.cell(row, "mass_unit");
  const units::Unit* mass_unit = units::by_key(mass);
  if (mass_unit == nullptr || mass_unit->dimension != units::Dimension::kMass) return at(table, row, "unknown mass_unit");
  factor.mass_unit_kg = mass_unit->si;
  const std::string_view form = table.cell(row, "gas_form");
  if (form != "mass" && form != "co2e") return at(table, row, "gas_form must be mass or co2e");
  factor.gases_are_co2e = form == "co2e";
  if (factor.gases_are_co2e && !factor.dataset->gwp_set) {
    return at(table, row, "CO2e values need a gwp_set in data/fuel/datasets.csv");
  }
  if (!one_of(factor.category, kCategories)) return at(table, row, "unknown category \"" + factor.category + "\"");
  if (!factor.sector.empty() && !one_of(factor.sector, kSectors)) return at(table, row, "unknown sector \"" + factor.sector + "\"");
  if (factor.scope > 3) return at(table, row, "scope must be 1, 2, 3 or empty");
  const std::string_view biogenic = table.cell(row, "biogenic");
  if (biogenic != "0" && biogenic != "1") return at(table, row, "biogenic must be 0 or 1");
  factor.biogenic = biogenic == "1";
  if (auto read = gases(table, row, factor); !read) return read;
  return heating_value(table, row, factor);
}

Result<void> TableLoader::gases(const csv::Table& table, Row row, Factor& factor) {
  factor.per_unit = units::by_key(table.cell(row, "per_unit"));
  if (factor.per_unit == nullptr) return at(table, row, "unknown per_unit \"" + std::string(table.cell(row, "per_unit")) + "\"");
  auto basis = basis_of(table, row);
  if (!basis) return std::move(basis.error());
  factor.basis = *basis;
  for (const auto& [column, target] : {std::pair{"co2", &factor.co2}, {"ch4", &factor.ch4}, {"n2o", &factor.n2o}, {"co2e", &factor.co2e}}) {
    auto value = number(table, row, column);
    if (!value) return std::move(value.error());
    *target = *value;
  }
  if (!factor.co2 && !factor.co2e) return at(table, row, "has neither co2 nor co2e");
  return {};
}

Result<void> TableLoader::heating_value(const csv::Table& table, Row row, Factor& factor) {
  auto value = number(table, row, "heating_value");
  if (!value) return std::move(value.error());
  factor.heating_value = *value;
  if (!factor.heating_value) return {};
  const auto parts = split(table.cell(row, "heating_value_unit"), '/');
  if (parts.size() == 2) {
    factor.heating_value_energy = units::by_key(parts[0]);
    factor.heating_value_per = units::by_key(parts[1]);
  }
  if (factor.heating_value_energy == nullptr || factor.heating_value_per == nullptr) {
    return at(table, row, "heating_value_unit must be energy/amount, for example mmBtu/gal_us");
  }
  return {};
}

Result<void> TableLoader::add(const csv::Table& table, Row row, Factor&& factor) {
  factor.id = factor_id(factor);
  const std::string unique = factor.id + "@" + std::to_string(factor.dataset->year_from) + "@" + factor.region->key;
  if (!ids_.insert(unique).second) return at(table, row, "there is a row for " + factor.id + " already");
  tables_.factors_.push_back(std::move(factor));
  const Factor* stored = &tables_.factors_.back();
  tables_.by_fuel_[stored->fuel].push_back(stored);
  return {};
}

void TableLoader::finish() {
  for (const auto& [name, meanings] : tables_.named_) tables_.fuel_names_.push_back(name);
  // A map's order differs between machines; suggestions must not.
  std::sort(tables_.fuel_names_.begin(), tables_.fuel_names_.end());
}

}  // namespace greenlang::fuel_analyzer
