// RFC 9457 problem documents: what went wrong, where, and what to do.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"

namespace greenlang::service {

inline constexpr std::string_view kProblemType = "application/problem+json";

// The status comes from the first error's code (base/error_table.hpp) unless given.
http::Response problem(std::span<const Error> errors, int status = 0);
http::Response problem(const Error& error, int status = 0);

}  // namespace greenlang::service
