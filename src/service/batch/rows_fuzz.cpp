// Any bytes as rows: answering ends, blocks do not matter, every output row can be recomputed from itself.
#include <cstdint>
#include <string>
#include <string_view>

#include "service/batch/splitter.hpp"
#include "service/proof/entry.hpp"
#include "service/proof/recompute.hpp"
#include "service/testing.hpp"

namespace {

using namespace greenlang;
using namespace greenlang::service;

std::string answers(const tool::Agent& agent, RowFormat format, std::string_view text, std::size_t block_bytes, std::size_t piece,
                    RowsOut& last) {
  auto rows = open_rows(agent.tools[0], format, "amount,unit,label,year");
  GL_CHECK(rows.ok());
  RowsOut out;
  Splitter splitter(format, block_bytes, 2);
  const auto take = [&](RowBlock&& block) {
    if (block.overlong) (*rows)->answer_overlong(block.bytes, block.first_line, out);
    else (*rows)->answer(block.bytes, block.first_line, out);
  };
  while (!text.empty()) {
    splitter.feed(text.substr(0, piece), take);
    text.remove_prefix(std::min(piece, text.size()));
  }
  splitter.end(take);
  GL_CHECK(out.rows == out.leaves.size() && out.failed <= out.rows);
  last = out;
  return out.bytes;
}

void recompute(const tool::Agent& agent, RowFormat format, const RowsOut& out) {
  BatchReport report;
  report.header = (*open_rows(agent.tools[0], format, "amount,unit,label,year"))->header();
  auto entry = parse_entry(batch_entry(agent, agent.tools[0], report, format));
  GL_CHECK(entry.ok());
  auto recomputer = RowRecomputer::open(*entry, agent);
  GL_CHECK(recomputer.ok());
  std::string_view rest = out.bytes;
  csv::Record record;
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    if (format == RowFormat::kCsv) {
      csv::Reader reader(rest);
      GL_CHECK(reader.next(record).ok());
      end = record.raw.size();
    }
    GL_CHECK(recomputer->check(rest.substr(0, end)) != RowRecomputer::Outcome::kDifferent);
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const tool::Agent kAgent = testing::make_agent();
  const RowFormat format = (data[0] & 1) != 0 ? RowFormat::kCsv : RowFormat::kNdjson;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  RowsOut whole, parts;
  answers(kAgent, format, text, 1 << 16, text.size() + 1, whole);
  answers(kAgent, format, text, 1 + data[1] % 64, 1 + data[1] / 4, parts);
  GL_CHECK(whole.bytes == parts.bytes && whole.leaves == parts.leaves && whole.failed == parts.failed);
  recompute(kAgent, format, whole);
  return 0;
}
