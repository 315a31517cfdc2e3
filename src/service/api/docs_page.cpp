#include "service/api/docs_page.hpp"

#include "base/embedded.hpp"

namespace greenlang::embedded {
std::span<const File> files_gl_service();
}

namespace greenlang::service {

http::Response docs_page() {
  http::Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = embedded::files_gl_service()[0].bytes;
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:");
  return response;
}

}  // namespace greenlang::service
