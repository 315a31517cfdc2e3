// Reads a batch's output file again, in constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "service/proof/entry.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

struct OutputFile {
  Digest sha256{}, rows_root{};
  std::uint64_t rows = 0;
  std::uint64_t recomputed = 0, malformed = 0, different = 0;
  std::uint64_t first_different = 0;
};

// `agent` null: hashes only, no calculation.
Result<OutputFile> read_output(const Entry& entry, const tool::Agent* agent, int fd);

struct OutputLeaves {
  std::vector<Digest> leaves;  // 32 bytes a row
  std::string row;             // the text of row `number`
};
Result<OutputLeaves> read_leaves(const Entry& entry, int fd, std::uint64_t number);

}  // namespace greenlang::service
