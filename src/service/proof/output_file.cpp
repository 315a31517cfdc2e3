#include "service/proof/output_file.hpp"

#include <boost/json.hpp>
#include <functional>

#include "base/csv.hpp"
#include "ledger/merkle.hpp"
#include "service/batch/input.hpp"
#include "service/batch/splitter.hpp"
#include "service/proof/recompute.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

RowFormat format_of(const Entry& entry) {
  const json::Value* batch = entry.input.get_object().if_contains("batch");
  const json::Value* format = batch != nullptr && batch->is_object() ? batch->get_object().if_contains("format") : nullptr;
  return format != nullptr && format->is_string() && format->get_string() == "ndjson" ? RowFormat::kNdjson : RowFormat::kCsv;
}

// Calls `take` for every row of the file, without header and line ends. Returns the file's SHA-256.
Result<Digest> for_each_row(const Entry& entry, int fd, const std::function<void(std::string_view)>& take) {
  BatchInput input(fd);
  const RowFormat format = format_of(entry);
  if (format == RowFormat::kCsv) {
    auto header = input.read_header();
    if (!header) return std::move(header.error());
    if (json::Value(*header) != entry.output.get_object().at("header")) return invalid("", "the header row is not the one of the proof");
  }
  csv::Record record;
  Splitter splitter(format, kBlockBytes, 2);
  const auto block = [&](RowBlock&& rows) {
    // Output rows of CSV may hold quoted newlines; those of NDJSON end at every newline.
    std::string_view rest = rows.bytes;
    while (!rest.empty()) {
      std::size_t end = rest.find('\n');
      if (format == RowFormat::kCsv && end != std::string_view::npos && rest.substr(0, end).find('"') != std::string_view::npos) {
        csv::Reader reader(rest);
        (void)reader.next(record);
        end = record.raw.size();
      }
      if (end == std::string_view::npos) end = rest.size();
      take(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  };
  for (;;) {
    auto piece = input.read();
    if (!piece) return std::move(piece.error());
    if (piece->empty()) break;
    splitter.feed(*piece, block);
  }
  splitter.end(block);
  return input.sha256();
}

}  // namespace

Result<OutputFile> read_output(const Entry& entry, const tool::Agent* agent, int fd) {
  OutputFile out;
  std::optional<RowRecomputer> recomputer;
  if (agent != nullptr) {
    auto opened = RowRecomputer::open(entry, *agent);
    if (!opened) return std::move(opened.error());
    recomputer.emplace(std::move(*opened));
  }
  Sha256 hash;
  ledger::CompactTree tree;
  auto digest = for_each_row(entry, fd, [&](std::string_view row) {
    tree.append(ledger::leaf_hash(hash, row));
    if (recomputer) {
      switch (recomputer->check(row)) {
        case RowRecomputer::Outcome::kSame: ++out.recomputed; break;
        case RowRecomputer::Outcome::kMalformed: ++out.malformed; break;
        case RowRecomputer::Outcome::kDifferent:
          if (out.different++ == 0) out.first_different = out.rows;
          break;
      }
    }
    ++out.rows;
  });
  if (!digest) return std::move(digest.error());
  out.sha256 = *digest;
  out.rows_root = tree.root();
  return out;
}

Result<OutputLeaves> read_leaves(const Entry& entry, int fd, std::uint64_t number) {
  OutputLeaves out;
  Sha256 hash;
  auto digest = for_each_row(entry, fd, [&](std::string_view row) {
    if (out.leaves.size() == number) out.row = row;
    out.leaves.push_back(ledger::leaf_hash(hash, row));
  });
  if (!digest) return std::move(digest.error());
  return out;
}

}  // namespace greenlang::service
