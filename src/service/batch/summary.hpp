// Adds up good rows by the tool's groups while they pass. One object a thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "service/batch/rows.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

class Summarizer {
 public:
  explicit Summarizer(const tool::Tool& tool);
  void add(const void* output_object);
  // Moves what was added since the last take() into `out`.
  void take(Summary& out);

 private:
  std::vector<tool::Column> groups_;
  std::vector<tool::Column> sums_;
  std::unordered_map<std::string, GroupTotals> totals_;
  std::string key_;
};

}  // namespace greenlang::service
