#include "service/api/batch_receiver.hpp"

#include <boost/json.hpp>
#include <string>

#include "base/text.hpp"
#include "ledger/merkle.hpp"
#include "service/api/problem.hpp"
#include "service/batch/ndjson_rows.hpp"
#include "service/batch/splitter.hpp"
#include "service/proof/entry.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kMaxArrayBytes = 1 << 20;  // a JSON array is held whole; larger inputs come as NDJSON
constexpr std::string_view kTrailer = "Greenlang-Provenance";

enum class Input { kCsv, kNdjson, kArray };

class BatchReceiver final : public http::StreamReceiver {
 public:
  BatchReceiver(const ApiShared& shared, const tool::Tool& tool, Commits* commits, Input input, std::shared_ptr<http::Stream> stream)
      : shared_(shared),
        tool_(tool),
        commits_(commits),
        input_(input),
        format_(input == Input::kCsv ? RowFormat::kCsv : RowFormat::kNdjson),
        stream_(std::move(stream)),
        splitter_(format_, kBlockBytes, input == Input::kCsv ? 2 : 1),
        began_ns_(shared.clock.monotonic_ns()) {}

  void on_body(std::string_view piece) override {
    if (refused_) return;
    input_hash_.update(piece);
    report_.input_bytes += piece.size();
    if (rows_ == nullptr || input_ == Input::kArray) {
      held_.append(piece);
      if (input_ == Input::kArray) {
        if (held_.size() > kMaxArrayBytes)
          refuse({ErrorCode::kTooLarge, "a JSON array may have 1 MiB; send larger inputs as application/x-ndjson or text/csv", ""});
        return;
      }
      // Looked at once, however small the pieces are.
      if (input_ == Input::kCsv ? piece.find('\n') != std::string_view::npos || held_.size() > csv::kMaxRecordBytes : held_.size() >= 4)
        begin();
      return;
    }
    splitter_.feed(piece, [this](RowBlock&& block) { answer(block); });
  }

  void on_end() override {
    if (refused_) return;
    if (input_ == Input::kArray) return answer_array();
    if (rows_ == nullptr) begin();
    if (refused_) return;
    splitter_.end([this](RowBlock&& block) { answer(block); });
    record();
  }

  void on_abort() noexcept override { refused_ = true; }

 private:
  void refuse(const Error& error, int status = 0) {
    refused_ = true;
    http::Response response = problem(error, status);
    shared_.metrics.request(kRouteBatch, response.status, static_cast<double>(shared_.clock.monotonic_ns() - began_ns_) * 1e-9);
    stream_->begin(response.status, response.content_type);
    stream_->write(response.body);
    stream_->finish();
  }

  // Opens the rows once the header line (CSV) or the first bytes have come, or the end.
  void begin() {
    std::string header;
    if (input_ != Input::kArray) {
      if (const std::string problem_text = not_text(held_); !problem_text.empty()) return refuse(invalid("", problem_text));
      if (held_.starts_with("\xEF\xBB\xBF")) held_.erase(0, 3);
    }
    if (input_ == Input::kCsv) {
      const std::size_t end = std::min(held_.find('\n'), held_.size());
      if (end > csv::kMaxRecordBytes) return refuse(invalid("", "the header line is longer than 1 MiB"));
      header = held_.substr(0, end);
      if (header.ends_with('\r')) header.pop_back();
      held_.erase(0, std::min(end + 1, held_.size()));
    }
    auto rows = open_rows(tool_, format_, header);
    if (!rows) return refuse(rows.error());
    rows_ = std::move(*rows);
    report_.header = rows_->header();
    stream_->begin(200, input_ == Input::kCsv ? "text/csv; charset=utf-8" : "application/x-ndjson", {}, {std::string(kTrailer)});
    if (!report_.header.empty()) write(report_.header + "\n");
    if (input_ != Input::kArray) splitter_.feed(std::exchange(held_, {}), [this](RowBlock&& block) { answer(block); });
  }

  void answer(const RowBlock& block) {
    out_.clear();
    if (block.overlong) rows_->answer_overlong(block.bytes, block.first_line, out_);
    else rows_->answer(block.bytes, block.first_line, out_);
    take_out();
  }

  void answer_array() {
    auto value = json::parse(held_, {.bytes = kMaxArrayBytes});
    if (!value) return refuse(value.error(), 400);
    if (!value->is_array()) return refuse(invalid("", "must be an array of objects, one for each row"));
    begin();
    if (refused_) return;
    out_.clear();
    auto& rows = static_cast<NdjsonRows&>(*rows_);
    std::uint64_t number = 0;
    for (const json::Value& item : value->get_array()) rows.answer_value(item, json::canonical(item), ++number, out_);
    take_out();
    record();
  }

  void take_out() {
    for (const Digest& leaf : out_.leaves) tree_.append(leaf);
    report_.rows += out_.rows;
    report_.failed += out_.failed;
    write(out_.bytes);
  }

  void write(std::string_view bytes) {
    output_hash_.update(bytes);
    report_.output_bytes += bytes.size();
    stream_->write(bytes);
  }

  void record() {
    shared_.metrics.calculations(tool_.name, static_cast<double>(report_.rows - report_.failed));
    shared_.metrics.provenance_hashes(static_cast<double>(report_.rows));
    report_.input_sha256 = input_hash_.finish();
    report_.output_sha256 = output_hash_.finish();
    report_.rows_root = tree_.root();
    const auto count = [&shared = shared_, began_ns = began_ns_](int status) {
      shared.metrics.request(kRouteBatch, status, static_cast<double>(shared.clock.monotonic_ns() - began_ns) * 1e-9);
    };
    if (commits_ == nullptr) {
      count(200);
      return stream_->finish();
    }
    ledger::NewEntry entry;
    entry.body = batch_entry(shared_.agent, tool_, report_, format_);
    Sha256 hash;
    entry.leaf = ledger::leaf_hash(hash, entry.body);
    commits_->submit(std::move(entry), [stream = stream_, count](const Result<ledger::Appended>& appended) {
      count(appended ? 200 : 503);
      // The rows have left already; without the trailer they are not recorded, and the trailer says why.
      if (appended) stream->finish({{std::string(kTrailer), std::to_string(appended->index)}});
      else stream->finish({{std::string(kTrailer), "not recorded: " + appended.error().message}});
    });
  }

  const ApiShared& shared_;
  const tool::Tool& tool_;
  Commits* commits_;
  const Input input_;
  const RowFormat format_;
  std::shared_ptr<http::Stream> stream_;
  Splitter splitter_;
  const std::int64_t began_ns_;
  std::unique_ptr<Rows> rows_;
  std::string held_;
  RowsOut out_;
  BatchReport report_;
  ledger::CompactTree tree_;
  Sha256 input_hash_, output_hash_;
  bool refused_ = false;
};

// For a request whose answer was complete before its body came.
class Refused final : public http::StreamReceiver {
 public:
  void on_body(std::string_view) override {}
  void on_end() override {}
  void on_abort() noexcept override {}
};

}  // namespace

std::unique_ptr<http::StreamReceiver> open_batch(const ApiShared& shared, const tool::Tool& tool, Commits* commits,
                                                 const http::Request& head, std::shared_ptr<http::Stream> stream) {
  const std::string_view type = trim(head.header("content-type").substr(0, head.header("content-type").find(';')));
  std::optional<Input> input;
  if (http::equals_ignoring_case(type, "text/csv")) input = Input::kCsv;
  if (http::equals_ignoring_case(type, "application/x-ndjson")) input = Input::kNdjson;
  if (http::equals_ignoring_case(type, "application/json")) input = Input::kArray;
  if (!input) {
    const http::Response response =
        problem(invalid("", "the Content-Type must be text/csv, application/x-ndjson or application/json"), 415);
    shared.metrics.request(kRouteBatch, response.status, 0);
    stream->begin(response.status, response.content_type);
    stream->write(response.body);
    stream->finish();
    return std::make_unique<Refused>();
  }
  return std::make_unique<BatchReceiver>(shared, tool, commits, *input, std::move(stream));
}

}  // namespace greenlang::service
