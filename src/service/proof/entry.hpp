// What the ledger records: canonical JSON of {data_version, input, output, tool, tool_version}. For a batch,
// `input` is {"batch":{format, input_sha256}} and `output` {failed, header, output_sha256, rows, rows_root}.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "service/batch/job.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

// `input` and `output` are canonical JSON already.
void append_entry(std::string& out, const tool::Agent& agent, const tool::Tool& tool, std::string_view input, std::string_view output);

std::string batch_entry(const tool::Agent& agent, const tool::Tool& tool, const BatchReport& report, RowFormat format);

// An entry read back.
struct Entry {
  std::string tool, tool_version, data_version;
  json::Value input, output;
  bool is_batch() const;
};
Result<Entry> parse_entry(std::string_view body);

}  // namespace greenlang::service
