// A whole file through a tool, on all cores, in constant memory: one thread reads and cuts, several answer,
// one hashes and writes in order. The result does not depend on the number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "service/batch/rows.hpp"

namespace greenlang::service {

struct BatchReport {
  std::uint64_t rows = 0, failed = 0;
  std::uint64_t input_bytes = 0, output_bytes = 0;
  Digest input_sha256{}, output_sha256{};
  Digest rows_root{};  // RFC 6962 root over SHA-256(0x00 || row) of the output rows, without the header
  std::string header;  // of the output; empty for NDJSON
  Summary summary;
};

struct BatchOptions {
  RowFormat format = RowFormat::kCsv;
  int workers = 2;
  std::size_t block_bytes = 256 * 1024;
};

// Called from the thread that called run_batch(), about once a block.
using BatchProgress = std::function<void(const BatchReport& so_far)>;

// Reads `in_fd` to its end and writes the answers to `out_fd`. `stop` set (by a signal handler) ends it with
// kInterrupted. Errors: kInvalid for a file that is not rows at all (empty, binary, UTF-16, wrong columns);
// kUnavailable when reading or writing fails (disk full); kConflict when a regular file changed meanwhile.
Result<BatchReport> run_batch(const tool::Tool& tool, int in_fd, int out_fd, const BatchOptions& options, const BatchProgress& progress,
                              const std::atomic<bool>& stop);

// Says what is wrong with the start of a file: empty, UTF-16, binary. Empty text when nothing is.
std::string not_text(std::string_view start);

}  // namespace greenlang::service
