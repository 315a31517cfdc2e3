// The program fuel-analyzer: the agent, its ledger in SQLite, and all faces of service/.
#include "adapters/sqlite/sqlite_store.hpp"
#include "agents/fuel_analyzer/tools.hpp"
#include "service/service.hpp"

namespace {

using namespace greenlang;

Result<service::LoadedAgent> load(const service::OwnFactors& own) {
  auto tables = fuel_analyzer::load_tables(own.name, own.text);
  if (!tables) return std::move(tables.error());
  std::shared_ptr<const fuel_analyzer::FactorTables> kept = std::move(*tables);
  return service::LoadedAgent{fuel_analyzer::make_agent(*kept), kept};
}

}  // namespace

int main(int argc, char** argv) {
  const service::Host host{
      "fuel-analyzer", load,
      [](const std::string& directory, const std::string& origin) { return adapters::sqlite::open_store(directory, origin); },
      [](const std::string& directory) { return adapters::sqlite::open_reader(directory); }};
  return service::run(host, argc, argv);
}
