#include "service/api/problem.hpp"

#include "base/error_table.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::service {

http::Response problem(std::span<const Error> errors, int status) {
  GL_CHECK(!errors.empty());
  const ErrorRow& row = error_row(errors.front().code);
  http::Response response;
  response.status = status != 0 ? status : row.http_status;
  response.content_type = kProblemType;
  std::string& out = response.body;
  out = "{\"detail\":";
  json::append_string(out, errors.front().path.empty() ? errors.front().message : errors.front().path + ": " + errors.front().message);
  out += ",\"errors\":[";
  for (std::size_t i = 0; i < errors.size(); ++i) {
    out += i == 0 ? "{\"detail\":" : ",{\"detail\":";
    json::append_string(out, errors[i].message);
    out += ",\"pointer\":";
    json::append_string(out, errors[i].path);
    out.push_back('}');
  }
  out += "],\"status\":";
  append_integer(out, response.status);
  out += ",\"title\":";
  json::append_string(out, row.title);
  out += ",\"type\":\"urn:greenlang:problem:";
  out += row.name;
  out += "\"}";
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

http::Response problem(const Error& error, int status) { return problem(std::span(&error, 1), status); }

}  // namespace greenlang::service
