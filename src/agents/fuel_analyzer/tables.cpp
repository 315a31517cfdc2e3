#include "agents/fuel_analyzer/tables.hpp"

#include "agents/fuel_analyzer/table_loader.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

namespace greenlang::fuel_analyzer {
namespace {

std::string version_of(std::span<const embedded::File> files, std::string_view own_factors) {
  Sha256 hash;
  for (const embedded::File& file : files) {
    // The length keeps "a" + "bc" and "ab" + "c" apart.
    hash.update(std::string(file.path) + "\n" + std::to_string(file.bytes.size()) + "\n");
    hash.update(file.bytes);
  }
  std::string out = hex(hash.finish());
  if (!own_factors.empty()) out += "+own:" + hex(sha256(own_factors));
  return out;
}

}  // namespace

std::optional<GwpSet> gwp_set(std::string_view name) {
  for (std::size_t i = 0; i < kGwpSetNames.size(); ++i) {
    if (kGwpSetNames[i] == name) return static_cast<GwpSet>(i);
  }
  return std::nullopt;
}

std::string_view gwp_set_name(GwpSet set) { return kGwpSetNames[static_cast<std::size_t>(set)]; }

std::string_view basis_name(Basis basis) {
  switch (basis) {
    case Basis::kNone: return "";
    case Basis::kHhv: return "HHV";
    case Basis::kLhv: return "LHV";
  }
  return "";
}

bool contains(const Region* outer, const Region* inner) {
  for (; inner != nullptr; inner = inner->parent) {
    if (inner == outer) return true;
  }
  return false;
}

Result<std::unique_ptr<const FactorTables>> FactorTables::load(std::span<const embedded::File> files, std::string_view own_factors_name,
                                                               std::string_view own_factors) {
  auto tables = std::make_unique<FactorTables>();
  TableLoader loader(*tables);
  if (auto loaded = loader.load(files); !loaded) return std::move(loaded.error());
  if (!own_factors_name.empty()) {
    if (auto loaded = loader.load_own(own_factors_name, own_factors); !loaded) return std::move(loaded.error());
  }
  loader.finish();
  tables->version_ = version_of(files, own_factors);
  return std::unique_ptr<const FactorTables>(std::move(tables));
}

std::span<const Factor* const> FactorTables::factors_of(const Fuel& fuel) const {
  const auto found = by_fuel_.find(&fuel);
  if (found == by_fuel_.end()) return {};
  return found->second;
}

const FuelProperties* FactorTables::properties_of(const Fuel& fuel) const {
  for (const FuelProperties& properties : properties_) {
    if (properties.fuel == &fuel) return &properties;
  }
  return nullptr;
}

const Fuel* FactorTables::fuel(std::string_view key) const {
  for (const Fuel& fuel : fuels_) {
    if (fuel.key == key) return &fuel;
  }
  return nullptr;
}

const Dataset* FactorTables::dataset(std::string_view key) const {
  for (const Dataset& dataset : datasets_) {
    if (dataset.key == key) return &dataset;
  }
  return nullptr;
}

const Region* FactorTables::region(std::string_view name) const {
  const auto found = region_names_.find(fold_name(name));
  return found == region_names_.end() ? nullptr : found->second;
}

const std::vector<NamedFuel>* FactorTables::named(std::string_view name) const {
  const auto found = named_.find(fold_name(name));
  return found == named_.end() ? nullptr : &found->second;
}

}  // namespace greenlang::fuel_analyzer
