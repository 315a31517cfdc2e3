// The one table from ErrorCode to its name, HTTP status and process exit code (docs/exit-codes.md).
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace greenlang {

struct ErrorRow {
  ErrorCode code;
  std::string_view name;   // stable, used in problem documents: "invalid-input", ...
  std::string_view title;  // for people
  int http_status;
  int exit_code;
};

// Exit code 0 is success, 2 a wrong command line; the rest come from this table.
inline constexpr int kExitUsage = 2;

const ErrorRow& error_row(ErrorCode code);

}  // namespace greenlang
