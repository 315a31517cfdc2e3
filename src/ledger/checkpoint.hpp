// The text of a checkpoint (C2SP tlog-checkpoint): what a log says about itself and signs as a note.
//
//   <origin>                     the log's name, not empty
//   <size>                       decimal, no leading zeros
//   <base64 of the root hash>
//   <extension lines>            none from us; allowed in parsing, never empty lines
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace greenlang::ledger {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// The unsigned text. The origin must be a valid key name (ledger/note.hpp).
std::string encode(const Checkpoint& checkpoint);

// Strict: kInvalid, with the line, for anything that another reader could understand differently.
Result<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace greenlang::ledger
