#include "service/api/application.hpp"

#include <array>
#include <boost/json/monotonic_resource.hpp>

#include "base/text.hpp"
#include "ledger/merkle.hpp"
#include "service/api/batch_receiver.hpp"
#include "service/api/docs_page.hpp"
#include "service/api/problem.hpp"
#include "service/proof/bundle.hpp"
#include "service/proof/entry.hpp"
#include "tool/schema.hpp"

namespace greenlang::service {
namespace {

constexpr std::string_view kTools = "/v1/tools/";
constexpr std::string_view kProvenance = "/v1/provenance/";
constexpr std::string_view kLedger = "/ledger/";

http::Response json_response(std::string body) {
  http::Response response;
  response.body = std::move(body);
  return response;
}

http::Response method_not_allowed(std::string_view allowed) {
  http::Response response = problem(invalid("", "this path answers " + std::string(allowed)), 405);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

// The media type without its parameters, folded to lower case for ASCII.
bool is_media_type(std::string_view header, std::string_view wanted) {
  return http::equals_ignoring_case(trim(header.substr(0, header.find(';'))), wanted);
}

}  // namespace

Application::Application(const ApiShared& shared, http::Loop& loop) : shared_(shared) {
  if (shared.log != nullptr) commits_ = std::make_unique<Commits>(*shared.log, loop);
  for (const tool::Tool& tool : shared.agent.tools) {
    std::string head = "\"log\":";
    if (shared.log != nullptr) json::append_string(head, shared.log->origin());
    else head += "null";
    head += ",\"tool\":";
    json::append_string(head, tool.name);
    head += ",\"tool_version\":";
    json::append_string(head, tool.version);
    head += "},\"result\":";
    tools_.push_back({&tool, tool.open(), std::move(head)});
  }
}

Application::OpenTool* Application::find(std::string_view name) {
  for (OpenTool& open : tools_) {
    if (open.tool->name == name) return &open;
  }
  return nullptr;
}

Error Application::unknown_tool(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const tool::Tool& tool : shared_.agent.tools) known.push_back(tool.name);
  return {ErrorCode::kNotFound, tool::unknown_name("tool", name, known), ""};
}

std::unique_ptr<http::StreamReceiver> Application::open_stream(const http::Request& head, std::shared_ptr<http::Stream> stream) {
  constexpr std::string_view kBatch = "/batch";
  if (!head.path.starts_with(kTools) || !head.path.ends_with(kBatch) || head.method != "POST") return nullptr;
  std::string_view name = head.path.substr(kTools.size());
  name.remove_suffix(std::min(kBatch.size(), name.size()));
  OpenTool* open = find(name);
  if (open == nullptr) return nullptr;  // handle() answers 404
  return open_batch(shared_, *open->tool, commits_.get(), head, std::move(stream));
}

void Application::handle(http::ExchangePtr exchange) {
  const std::int64_t began_ns = shared_.clock.monotonic_ns();
  const http::Request& request = exchange->request();
  if (request.path.starts_with(kTools)) {
    const std::string_view name = request.path.substr(kTools.size());
    OpenTool* open = find(name);
    if (open != nullptr && request.method == "POST") {
      if (!is_media_type(request.header("content-type"), "application/json")) {
        return finish(*exchange, problem(invalid("", "the Content-Type must be application/json"), 415), kRouteCall, began_ns);
      }
      return call(std::move(exchange), *open);
    }
    if (open != nullptr && request.method != "GET" && request.method != "HEAD") {
      return finish(*exchange, method_not_allowed("GET, POST"), kRouteCall, began_ns);
    }
  }
  const bool health = request.path.ends_with("z") && request.path.size() < 12;
  finish(*exchange, read(request), health ? kRouteHealth : kRouteRead, began_ns);
}

void Application::call(http::ExchangePtr exchange, OpenTool& open) {
  const std::int64_t began_ns = shared_.clock.monotonic_ns();
  const http::Request& request = exchange->request();
  std::array<unsigned char, 8192> memory;
  boost::json::monotonic_resource arena(memory.data(), memory.size());
  auto input = json::parse(request.body, {}, &arena);
  if (!input)
    return finish(*exchange, problem(input.error(), input.error().code == ErrorCode::kTooLarge ? 413 : 400), kRouteCall, began_ns);
  const bool explain = !request.query.empty() && request.query_value("explain") == "1";
  const Errors errors = open.session->call(*input, explain, answer_);
  if (!errors.empty()) return finish(*exchange, problem(errors), kRouteCall, began_ns);
  shared_.metrics.calculations(open.tool->name, 1);
  record(std::move(exchange), open, std::move(answer_.steps), began_ns);
}

// Appends the provenance and the result, and answers once the ledger has them.
void Application::record(http::ExchangePtr exchange, OpenTool& open, std::string&& steps, std::int64_t began_ns) {
  ledger::NewEntry entry;
  entry.body.reserve(answer_.input.size() + answer_.output.size() + 256);
  append_entry(entry.body, shared_.agent, *open.tool, answer_.input, answer_.output);
  entry.leaf = ledger::leaf_hash(hash_, entry.body);
  shared_.metrics.provenance_hashes(1);
  std::string body = "{";
  body.reserve(answer_.output.size() + steps.size() + 512);
  if (!steps.empty()) body += "\"explanation\":" + steps + ",";
  body += "\"provenance\":{\"data_version\":\"";
  body += shared_.agent.data_version;
  body += "\",\"id\":";
  const std::size_t id_at = body.size();
  body += ",\"leaf\":\"";
  body += hex(entry.leaf);
  body += "\",";
  body += open.response_head;
  body += answer_.output;
  body.push_back('}');
  if (commits_ == nullptr) {
    body.insert(id_at, "null");
    return finish(*exchange, json_response(std::move(body)), kRouteCall, began_ns);
  }
  entry.idempotency_key = exchange->request().header("idempotency-key");
  auto answer = [this, exchange, body = std::move(body), id_at, began_ns](const Result<ledger::Appended>& appended) mutable {
    if (!appended) return finish(*exchange, problem(appended.error()), kRouteCall, began_ns);
    body.insert(id_at, "\"" + std::to_string(appended->index) + "\"");
    http::Response response = json_response(std::move(body));
    if (appended->replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
    finish(*exchange, std::move(response), kRouteCall, began_ns);
  };
  commits_->submit(std::move(entry), std::move(answer));
}

http::Response Application::read(const http::Request& request) {
  const bool known = request.path == "/v1/tools" || request.path.starts_with(kTools) || request.path.starts_with(kProvenance) ||
                     request.path.starts_with(kLedger) || request.path == "/openapi.json" || request.path == "/docs" ||
                     request.path == "/" || request.path == "/healthz" || request.path == "/startupz" || request.path == "/readyz";
  if (!known) {
    return problem(Error{ErrorCode::kNotFound, "nothing is at this path; /docs shows the tools and /openapi.json all paths", ""});
  }
  if (request.path.starts_with(kTools) && request.path.ends_with("/batch")) {
    std::string_view name = request.path.substr(kTools.size());
    name.remove_suffix(std::min<std::size_t>(6, name.size()));
    return find(name) == nullptr ? problem(unknown_tool(name)) : method_not_allowed("POST");
  }
  if (request.path.starts_with(kTools) && find(request.path.substr(kTools.size())) == nullptr) {
    return problem(unknown_tool(request.path.substr(kTools.size())));
  }
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET");
  if (request.path == "/v1/tools") return json_response(shared_.tools_json);
  if (request.path == "/openapi.json") return json_response(shared_.openapi_json);
  if (request.path == "/docs" || request.path == "/") return docs_page();
  if (request.path == "/healthz" || request.path == "/startupz") return json_response("{\"status\":\"ok\"}");
  if (request.path == "/readyz") return ready();
  if (request.path.starts_with(kProvenance)) return provenance(request.path.substr(kProvenance.size()));
  if (request.path.starts_with(kLedger)) return ledger(request.path.substr(kLedger.size()));
  return tool_page(request.path.substr(kTools.size()));
}

http::Response Application::tool_page(std::string_view name) const {
  tool::Agent one;
  one.name = shared_.agent.name;
  one.version = shared_.agent.version;
  one.data_version = shared_.agent.data_version;
  one.tools.push_back(*shared_.agent.find(name));
  return json_response(tool::tool_list(one));
}

http::Response Application::provenance(std::string_view id) {
  if (shared_.log == nullptr) return problem(Error{ErrorCode::kNotFound, "this server keeps no ledger", ""});
  const auto index = parse_integer(id);
  if (!index || *index < 0 || std::to_string(*index) != id)
    return problem(Error{ErrorCode::kNotFound, "a provenance id is a whole number, as an answer gives it", ""});
  auto bundle = make_bundle(*shared_.log, static_cast<std::uint64_t>(*index));
  if (!bundle) return problem(bundle.error());
  return json_response(bundle_text(*bundle));
}

http::Response Application::ledger(std::string_view path) {
  if (shared_.log == nullptr) return problem(Error{ErrorCode::kNotFound, "this server keeps no ledger", ""});
  http::Response response;
  if (path == "checkpoint") {
    auto note = shared_.log->checkpoint();
    if (!note) return problem(note.error());
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(*note);
    return response;
  }
  if (path == "key") {
    response.content_type = "text/plain; charset=utf-8";
    response.body = shared_.log->verifier_text() + "\n";
    return response;
  }
  auto id = ledger::parse_tile_path(path);
  if (!id) return problem(Error{ErrorCode::kNotFound, id.error().message, ""});
  auto tile = shared_.log->tile(*id);
  if (!tile) return problem(tile.error());
  response.content_type = "application/octet-stream";
  response.body = std::move(*tile);
  // A full tile never changes.
  if (id->width == 256) response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

http::Response Application::ready() {
  if (shared_.log == nullptr) return json_response("{\"ledger\":\"none\",\"status\":\"ok\"}");
  auto checkpoint = shared_.log->checkpoint();
  if (!checkpoint) return problem(Error{ErrorCode::kUnavailable, "the ledger cannot be read: " + checkpoint.error().message, ""}, 503);
  return json_response("{\"entries\":" + std::to_string(shared_.log->size()) + ",\"ledger\":\"ok\",\"status\":\"ok\"}");
}

void Application::finish(http::Exchange& exchange, http::Response&& response, std::string_view route, std::int64_t began_ns) {
  shared_.metrics.request(route, response.status, static_cast<double>(shared_.clock.monotonic_ns() - began_ns) * 1e-9);
  exchange.respond(std::move(response));
}

}  // namespace greenlang::service
