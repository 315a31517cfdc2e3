// Calculates recorded answers again with this program's tools and data.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "service/batch/rows.hpp"
#include "service/proof/entry.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

// An error that says why not: another tool version, another data version, an unknown tool.
Result<void> can_recompute(const Entry& entry, const tool::Agent& agent);

// An error when the entry's input does not give its output.
Result<void> recompute_answer(const Entry& entry, const tool::Agent& agent);
// The same for one output row of a batch. kNotFound for a malformed row, which has no input.
Result<void> recompute_row(const Entry& entry, const tool::Agent& agent, std::string_view row);

// Gives the output rows of a batch again, from what they say of their input.
class RowRecomputer {
 public:
  static Result<RowRecomputer> open(const Entry& entry, const tool::Agent& agent);

  enum class Outcome { kSame, kDifferent, kMalformed };
  // `row` is an output row without its end.
  Outcome check(std::string_view row);

 private:
  Outcome check_csv(std::string_view row);
  Outcome check_ndjson(std::string_view row);

  RowFormat format_ = RowFormat::kCsv;
  std::size_t input_cells_ = 0, output_cells_ = 0;
  std::unique_ptr<Rows> rows_;
  RowsOut out_;
};

}  // namespace greenlang::service
