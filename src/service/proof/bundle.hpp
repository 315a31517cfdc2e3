// A proof that fits in one file and needs no server: the entry, its path to a signed checkpoint, and for one row of
// a batch the row and its path to the batch's root.
//
//   {"kind":"greenlang-proof-1","entry":"...","index":"12","inclusion":["hex",...],"checkpoint":"...","key":"...",
//    "row":{"text":"...","number":"7","rows":"345","path":["hex",...]}}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "ledger/log.hpp"

namespace greenlang::service {

struct RowProof {
  std::string text;          // the output row without its end
  std::uint64_t number = 0;  // 0 is the first row after the header
  std::uint64_t rows = 0;
  std::vector<Digest> path;
};

struct Bundle {
  std::string entry;
  std::uint64_t index = 0;
  std::vector<Digest> inclusion;
  std::string checkpoint;
  std::string key;  // the log's verifier key, as the log states it
  std::optional<RowProof> row;
};

// The bundle of an entry of the log, against its newest checkpoint.
Result<Bundle> make_bundle(ledger::Log& log, std::uint64_t index);

std::string bundle_text(const Bundle& bundle);
Result<Bundle> parse_bundle(std::string_view text);

}  // namespace greenlang::service
