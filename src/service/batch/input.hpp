// The input file of a batch: reads it in pieces, hashes all of it, notices when it changes meanwhile.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace greenlang::service {

class BatchInput {
 public:
  // `stop` may be null; set, it ends waiting for bytes of a pipe with kInterrupted.
  explicit BatchInput(int fd, const std::atomic<bool>* stop = nullptr);

  // The next piece, empty at the end. kUnavailable when reading fails. The view lives until the next call.
  Result<std::string_view> read();
  // The header line of a CSV file; the bytes after it come from read(). kInvalid when the file is not text.
  Result<std::string> read_header();
  // Checks the first bytes without taking them.
  Result<void> check_text();
  // kConflict when the file is not the one that was opened any more.
  Result<void> check_unchanged() const;

  std::uint64_t bytes() const { return bytes_; }
  Digest sha256() { return hash_.finish(); }

 private:
  Result<std::size_t> fill(char* to, std::size_t size);

  int fd_;
  const std::atomic<bool>* stop_;
  struct ::stat before_ {};
  bool regular_ = false;
  std::string buffer_;
  std::string ahead_;  // read for the header, not yet given away
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
};

}  // namespace greenlang::service
