// Cuts a stream of bytes into blocks of whole rows. Sans I/O, constant memory: it holds at most one block and one
// row. Where it cuts does not depend on how the bytes arrive, as far as rows are concerned.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "service/batch/rows.hpp"

namespace greenlang::service {

struct RowBlock {
  std::string bytes;
  std::uint64_t first_line = 1;
  bool overlong = false;  // bytes are only the start of a row that is too long
};

class Splitter {
 public:
  // `block_bytes` is about how much a block holds. `first_line` is the line number of the first byte.
  Splitter(RowFormat format, std::size_t block_bytes, std::uint64_t first_line)
      : format_(format), block_bytes_(block_bytes), line_(first_line) {}

  // Takes more bytes, gives away blocks as they are complete.
  void feed(std::string_view bytes, const std::function<void(RowBlock&&)>& take);
  // No more bytes will come.
  void end(const std::function<void(RowBlock&&)>& take);

 private:
  std::size_t complete() const;
  void cut(std::size_t end, const std::function<void(RowBlock&&)>& take);
  void handle_long_row(const std::function<void(RowBlock&&)>& take);

  const RowFormat format_;
  const std::size_t block_bytes_;
  std::uint64_t line_;
  std::string pending_;
  std::size_t look_at_ = 0;  // size of pending_ at which it is worth looking for whole rows
  bool discarding_ = false;  // inside a row that was reported as too long
};

}  // namespace greenlang::service
