// Checks a proof offline and calculates the answer again. Each check is a line that a person can read.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "service/proof/bundle.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

enum class CheckState { kPassed, kFailed, kSkipped };

struct Check {
  CheckState state;
  std::string what;    // "signature of the checkpoint"
  std::string detail;  // what was found
};

struct Verification {
  std::vector<Check> checks;
  // No check failed.
  bool ok() const;
  void add(bool passed, std::string what, std::string detail);
  void skip(std::string what, std::string detail);
};

// The signature, the entry's inclusion, a row's inclusion in its batch, and the calculation (when this program has
// the tool and data version of the entry). `trusted_key` is the log's key from elsewhere; empty: the key in the
// bundle is used, and a skipped check says so.
Verification verify_bundle(const Bundle& bundle, std::string_view trusted_key, const tool::Agent& agent);

// Like verify_bundle for the batch's proof, and every row of the output file: hash, root and calculation.
Verification verify_output(const Bundle& bundle, std::string_view trusted_key, const tool::Agent& agent, int output_fd);

// The proof of one row, out of the batch's proof and its output file. kNotFound when it has no such row.
Result<Bundle> prove_row(const Bundle& batch, int output_fd, std::uint64_t number);

}  // namespace greenlang::service
