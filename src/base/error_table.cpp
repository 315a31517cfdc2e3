#include "base/error_table.hpp"

namespace greenlang {
namespace {

// Exit codes start at 3, so that a shell's own 1 and 2 are never ambiguous; 130 is the shell's
// convention for "ended by Ctrl-C".
constexpr ErrorRow kRows[] = {
    {ErrorCode::kInvalid, "invalid-input", "The input breaks a rule", 422, 3},
    {ErrorCode::kNotFound, "not-found", "There is no such thing", 404, 4},
    {ErrorCode::kConflict, "conflict", "It contradicts an earlier record", 409, 5},
    {ErrorCode::kTooLarge, "too-large", "It is over a limit", 413, 6},
    {ErrorCode::kUnavailable, "unavailable", "A dependency does not answer", 503, 7},
    {ErrorCode::kCorrupt, "corrupt", "Stored data was changed or damaged", 500, 8},
    {ErrorCode::kInterrupted, "interrupted", "It was stopped", 503, 130},
    {ErrorCode::kInternal, "internal", "An internal failure", 500, 70},
};

}  // namespace

const ErrorRow& error_row(ErrorCode code) {
  for (const ErrorRow& row : kRows) {
    if (row.code == code) return row;
  }
  check_failed("every ErrorCode has a row", __FILE__, __LINE__);
}

}  // namespace greenlang
