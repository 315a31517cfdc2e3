// A file that at most one process holds, so that two never write one ledger. Private to this folder.
#pragma once

#include <string>

#include "base/result.hpp"

namespace greenlang::adapters::sqlite {

// The lock is advisory (flock) and ends with the process, also when it is killed. The file stays.
class LockFile {
 public:
  // kUnavailable when another process (or this one) holds it, with its process id, or on a disk error.
  static Result<LockFile> acquire(const std::string& path);
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace greenlang::adapters::sqlite
