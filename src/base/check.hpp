// GL_CHECK(condition): a broken invariant is a bug; it aborts with file and line, also in release.
// Never for input or for the world: those are Errors (base/result.hpp).
#pragma once

namespace greenlang {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace greenlang

#define GL_CHECK(condition) (static_cast<bool>(condition) ? void(0) : ::greenlang::check_failed(#condition, __FILE__, __LINE__))
