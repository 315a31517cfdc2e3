// Reading ends, never passes the buffer, and cutting the text between records changes nothing.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.hpp"

namespace {

std::vector<std::string> read(std::string_view text) {
  std::vector<std::string> out;
  greenlang::csv::Reader reader(text);
  greenlang::csv::Record record;
  while (!reader.done()) {
    const bool ok = reader.next(record).ok();
    std::string line = ok ? "ok" : "bad";
    if (ok) {
      for (std::string_view cell : record.cells) line += "|" + std::string(cell);
    }
    line += "|" + std::string(record.raw);
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> whole = read(text);
  const std::size_t end = greenlang::csv::last_record_end(text.substr(0, size / 2));
  std::vector<std::string> parts = read(text.substr(0, end));
  for (std::string& line : read(text.substr(end))) parts.push_back(std::move(line));
  GL_CHECK(parts == whole);
  return 0;
}
