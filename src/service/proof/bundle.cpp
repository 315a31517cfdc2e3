#include "service/proof/bundle.hpp"

#include <boost/json.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::service {
namespace {

constexpr std::string_view kKind = "greenlang-proof-1";
constexpr std::size_t kMaxPath = 64;  // a tree of 2^64 leaves

json::Array hex_list(const std::vector<Digest>& digests) {
  json::Array out;
  for (const Digest& digest : digests) out.emplace_back(hex(digest));
  return out;
}

const json::Value* member(const json::Value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

bool read(const json::Value& value, std::string_view name, std::string& out) {
  const json::Value* text = member(value, name);
  if (text == nullptr || !text->is_string()) return false;
  out = text->get_string();
  return true;
}

// Numbers are texts, since JSON readers may round what is beyond 2^53.
bool read(const json::Value& value, std::string_view name, std::uint64_t& out) {
  std::string text;
  if (!read(value, name, text)) return false;
  const auto number = parse_integer(text);
  if (!number || *number < 0) return false;
  out = static_cast<std::uint64_t>(*number);
  return true;
}

bool read(const json::Value& value, std::string_view name, std::vector<Digest>& out) {
  const json::Value* list = member(value, name);
  if (list == nullptr || !list->is_array() || list->get_array().size() > kMaxPath) return false;
  for (const json::Value& item : list->get_array()) {
    if (!item.is_string()) return false;
    const auto bytes = from_hex(std::string_view(item.get_string()));
    if (!bytes || bytes->size() != 32) return false;
    std::copy(bytes->begin(), bytes->end(), out.emplace_back().begin());
  }
  return true;
}

}  // namespace

Result<Bundle> make_bundle(ledger::Log& log, std::uint64_t index) {
  auto record = log.record(index);
  if (!record) return std::move(record.error());
  auto proof = log.prove(index);
  if (!proof) return std::move(proof.error());
  return Bundle{std::move(record->body), index, std::move(proof->path), std::move(proof->checkpoint), log.verifier_text(), std::nullopt};
}

std::string bundle_text(const Bundle& bundle) {
  json::Object out{{"kind", kKind},
                   {"entry", bundle.entry},
                   {"index", std::to_string(bundle.index)},
                   {"inclusion", hex_list(bundle.inclusion)},
                   {"checkpoint", bundle.checkpoint},
                   {"key", bundle.key}};
  if (bundle.row) {
    out["row"] = json::Object{{"text", bundle.row->text},
                              {"number", std::to_string(bundle.row->number)},
                              {"rows", std::to_string(bundle.row->rows)},
                              {"path", hex_list(bundle.row->path)}};
  }
  return json::canonical(out);
}

Result<Bundle> parse_bundle(std::string_view text) {
  auto value = json::parse(text, {.bytes = 4 * ledger::kMaxBodyBytes});
  if (!value) return std::move(value.error());
  std::string kind;
  if (!read(*value, "kind", kind) || kind != kKind)
    return invalid("/kind", "is not \"" + std::string(kKind) + "\": this is not a proof file");
  Bundle out;
  if (!read(*value, "entry", out.entry)) return invalid("/entry", "must be a string");
  if (!read(*value, "index", out.index)) return invalid("/index", "must be a whole number as a string");
  if (!read(*value, "inclusion", out.inclusion)) return invalid("/inclusion", "must be a list of SHA-256 hashes in hex");
  if (!read(*value, "checkpoint", out.checkpoint)) return invalid("/checkpoint", "must be a string");
  if (!read(*value, "key", out.key)) return invalid("/key", "must be a string");
  if (const json::Value* row = member(*value, "row")) {
    out.row.emplace();
    if (!read(*row, "text", out.row->text)) return invalid("/row/text", "must be a string");
    if (!read(*row, "number", out.row->number)) return invalid("/row/number", "must be a whole number as a string");
    if (!read(*row, "rows", out.row->rows)) return invalid("/row/rows", "must be a whole number as a string");
    if (!read(*row, "path", out.row->path)) return invalid("/row/path", "must be a list of SHA-256 hashes in hex");
  }
  return out;
}

}  // namespace greenlang::service
