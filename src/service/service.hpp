// Hosts any agent: `run` is the whole main of an agent's program, with all its commands.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/store.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

// A company's own factor file, or nothing when `name` is empty.
struct OwnFactors {
  std::string name;
  std::string text;
};

// An agent with what it needs to live.
struct LoadedAgent {
  tool::Agent agent;
  std::shared_ptr<const void> tables;
};

// What a program brings: its agent, and where its ledger is kept.
struct Host {
  std::string name;  // of the agent and the program: "fuel-analyzer"
  std::function<Result<LoadedAgent>(const OwnFactors&)> load_agent;
  // Opens or makes the ledger in a directory; `origin` names it in its checkpoints.
  std::function<Result<std::unique_ptr<ledger::Store>>(const std::string& directory, const std::string& origin)> open_ledger;
  // Opens it to read only, also while another process writes.
  std::function<Result<std::unique_ptr<ledger::Store>>(const std::string& directory)> open_ledger_reader;
};

// Returns the exit code (docs/exit-codes.md).
int run(const Host& host, int argc, const char* const* argv);

}  // namespace greenlang::service
