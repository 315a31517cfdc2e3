// Rows of newline-delimited JSON; see service/batch/rows.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/batch/rows.hpp"

namespace greenlang::service {

class NdjsonRows final : public Rows {
 public:
  explicit NdjsonRows(const tool::Tool& tool) : session_(tool.open()) {}
  const std::string& header() const override { return header_; }
  void answer(std::string_view block, std::uint64_t first_line, RowsOut& out) override;
  void answer_overlong(std::string_view start, std::uint64_t line, RowsOut& out) override;

  // One value that is already parsed (an element of a JSON array).
  void answer_value(const json::Value& value, std::string_view raw, std::uint64_t line, RowsOut& out);

 private:
  // `raw` is how the row was given, if it is known whole.
  void failed(const Errors& errors, std::optional<std::string_view> raw, std::uint64_t line, RowsOut& out);

  std::string header_;
  std::unique_ptr<tool::Session> session_;
  tool::Answer answer_;
  Sha256 hash_;
};

}  // namespace greenlang::service
